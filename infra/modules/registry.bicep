// A registry for the services' own images; nobody has a password to it.

@description('Where the registry is.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('The Log Analytics workspace that hears who pushed and pulled.')
param workspaceId string

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  // checkov:skip=CKV_AZURE_139:the services pull from outside of any network; a private door needs Premium
  // checkov:skip=CKV_AZURE_163:a subscription's plan of Defender, not a property of the registry
  // checkov:skip=CKV_AZURE_166:quarantine needs Premium; what is pushed here is built from this repository
  name: 'cr${token}'
  location: location
  tags: tags
  sku: {
    name: 'Basic'
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource events 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: registry
  name: 'events'
  properties: {
    workspaceId: workspaceId
    logs: [
      { categoryGroup: 'audit', enabled: true }
    ]
  }
}

@description('The registry.')
output name string = registry.name

@description('The host that images are pushed to.')
output loginServer string = registry.properties.loginServer
