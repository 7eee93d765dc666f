// An image in; the backend's container app, which runs while messages wait (modules/backend-app.bicep), out.
// `azd deploy backend` deploys this file alone, by backend.parameters.json; main.bicep calls it too.

@description('The name of the environment: a tag of every resource.')
param environmentName string

@description('Where the app is.')
param location string = resourceGroup().location

@description('small or large: see sizes.json.')
@allowed(['small', 'large'])
param size string = 'small'

@description('The image to run, with its registry and a tag or a digest.')
param image string

@description('The Container Apps environment that it runs in.')
param containerEnvironmentName string

@description('The identity that it runs as.')
param identityName string

@description('The registry that its image is pulled from by its identity; empty for a public image.')
param registryName string = ''

@description('The storage account of queues and container.')
param storageAccountName string

@description('The queue that it empties.')
param queueName string

@description('The container of state and archive.')
param containerName string

@description('The Application Insights resource that rows, and its own health, go to.')
param applicationInsightsName string

@description('Further settings of the README\'s table: NAME=value, with semicolons between.')
param furtherSettings string = ''

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' existing = {
  name: containerEnvironmentName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = if (!empty(registryName)) {
  name: registryName
}

var furtherPairs = empty(furtherSettings) ? [] : split(furtherSettings, ';')
var further = [
  for pair in furtherPairs: {
    name: first(split(pair, '='))
    value: join(skip(split(pair, '='), 1), '=')
  }
]

var settings = [
  { name: 'TELEMETRY_MODE', value: 'azure' }
  { name: 'BACKEND_AZURE_STORAGE_ACCOUNT_NAME', value: storageAccountName }
  { name: 'BACKEND_AZURE_STORAGE_QUEUE_NAME', value: queueName }
  { name: 'BACKEND_OBJECT_STORE_URL', value: 'az://${containerName}' }
  {
    name: 'BACKEND_APPLICATIONINSIGHTS_CONNECTION_STRING'
    value: component.properties.ConnectionString
  }
  {
    name: 'BACKEND_APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'Authorization=AAD;ClientId=${identity.properties.clientId}'
  }
  // Azure's own libraries read these: as whom, and by nothing else, they say who they are.
  { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
  { name: 'AZURE_TOKEN_CREDENTIALS', value: 'ManagedIdentityCredential' }
]

module app 'modules/backend-app.bicep' = {
  params: {
    environmentName: environmentName
    location: location
    size: size
    image: image
    environmentId: environment.id
    identityId: identity.id
    registryServer: empty(registryName) ? '' : registry!.properties.loginServer
    settings: concat(settings, further)
    storageAccountName: storageAccountName
    queueName: queueName
  }
}

@description('The backend\'s container app.')
output BACKEND_NAME string = app.outputs.appName
