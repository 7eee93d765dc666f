// A network in which storage and vault are met by private addresses alone.
// The services' own door stays open, since GitHub posts from outside.

@description('Where the network is.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('What the network is called.')
param networkName string

@description('The network\'s addresses.')
param networkPrefix string

@description('Those of them that the services have.')
param appsPrefix string

@description('Those of them that private endpoints have.')
param endpointsPrefix string

@description('The storage account that is met privately.')
param storageAccountId string

@description('The vault that is met privately.')
param vaultId string

var parts = [
  {
    part: 'blob'
    targetId: storageAccountId
    zoneName: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    part: 'queue'
    targetId: storageAccountId
    zoneName: 'privatelink.queue.${environment().suffixes.storage}'
  }
  { part: 'vault', targetId: vaultId, zoneName: 'privatelink.vaultcore.azure.net' }
]

resource appsGroup 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-apps-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        // https://learn.microsoft.com/azure/container-apps/firewall-integration
        name: 'https-from-anywhere'
        properties: {
          access: 'Allow'
          direction: 'Inbound'
          priority: 100
          protocol: 'Tcp'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: appsPrefix
          destinationPortRanges: ['443', '31443']
        }
      }
    ]
  }
}

resource endpointsGroup 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-endpoints-${token}'
  location: location
  tags: tags
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [networkPrefix]
    }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: appsPrefix
          networkSecurityGroup: {
            id: appsGroup.id
          }
          delegations: [
            {
              name: 'container-apps'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          networkSecurityGroup: {
            id: endpointsGroup.id
          }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

// One after the other: an account refuses a second connection while it is busy with the first.
@batchSize(1)
module endpoints 'private-endpoint.bicep' = [
  for each in parts: {
    params: {
      location: location
      tags: tags
      name: 'pe-${each.part}-${token}'
      networkId: network.id
      subnetId: network.properties.subnets[1].id
      targetId: each.targetId
      part: each.part
      zoneName: each.zoneName
    }
  }
]
