// A workspace and perhaps a subnet in; the Container Apps environment that both services run in out.

@description('Where the environment is.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('The Log Analytics workspace that logs go to.')
param workspaceId string

@description('The subnet that services run in; empty without a private network.')
param subnetId string

@description('Whether replicas are spread over zones; only with a subnet.')
param isZoneRedundant bool

// Logs go by a diagnostic setting, since the other way needs the workspace's key.
resource environment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  properties: {
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    zoneRedundant: isZoneRedundant
    vnetConfiguration: empty(subnetId) ? null : {
      infrastructureSubnetId: subnetId
      internal: false // GitHub posts from outside
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: environment
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'ContainerAppConsoleLogs', enabled: true }
      { category: 'ContainerAppSystemLogs', enabled: true }
    ]
  }
}

@description('The environment.')
output name string = environment.name

@description('What the addresses of its apps end in.')
output domain string = environment.properties.defaultDomain
