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
