// An image in; the frontend's container app, which takes deliveries (modules/frontend-app.bicep), out.
// `azd deploy frontend` deploys this file alone, by frontend.parameters.json; main.bicep calls it too.

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

@description('The storage account of queue and container.')
param storageAccountName string

@description('The queue that it fills.')
param queueName string

@description('The container of what no message can hold.')
param containerName string

@description('The Application Insights resource that its own health goes to.')
param applicationInsightsName string

@description('Where the vault has the webhook\'s secret.')
param webhookSecretUri string

@description('Where the vault has the secret that was the webhook\'s until now; empty without such.')
param previousWebhookSecretUri string = ''

@description('Where the vault has keys of samplers; empty without such.')
param samplesKeysUri string = ''

@description('The owners whose samplers may send, by their numbers, with commas between; empty for none.')
param samplesOwnerIds string = ''

@description('Only these of the owners\' repositories, by their numbers; empty for all.')
param samplesRepositoryIds string = ''

@description('Who makes those tokens, where it is not github.com, with commas between; empty for that.')
param samplesIssuers string = ''

@description('The audience of samplers\' tokens; empty for the app\'s own URL.')
param samplesAudience string = ''

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

var url = 'https://frontend.${environment.properties.defaultDomain}'

var webhookSecret = [
  { variable: 'GITHUB_WEBHOOK_SECRET', name: 'webhook-secret', uri: webhookSecretUri }
]
var previousWebhookSecret = empty(previousWebhookSecretUri) ? [] : [
  {
    variable: 'GITHUB_WEBHOOK_SECRET_PREVIOUS'
    name: 'webhook-secret-previous'
    uri: previousWebhookSecretUri
  }
]
var samplesKeys = empty(samplesKeysUri) ? [] : [
  { variable: 'SAMPLES_KEYS', name: 'samples-keys', uri: samplesKeysUri }
]
var secrets = concat(webhookSecret, previousWebhookSecret, samplesKeys)
var secretSettings = [
  for secret in secrets: {
    name: secret.variable
    secretRef: secret.name
  }
]

var furtherPairs = empty(furtherSettings) ? [] : split(furtherSettings, ';')
var further = [
  for pair in furtherPairs: {
    name: first(split(pair, '='))
    value: join(skip(split(pair, '='), 1), '=')
  }
]

var settings = [
  { name: 'TELEMETRY_MODE', value: 'azure' }
  { name: 'PORT', value: '8080' } // the ingress's and the probes' too
  { name: 'AZURE_STORAGE_ACCOUNT_NAME', value: storageAccountName }
  { name: 'AZURE_STORAGE_QUEUE_NAME', value: queueName }
  { name: 'OBJECT_STORE_URL', value: 'az://${containerName}' }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: component.properties.ConnectionString }
  {
    name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
    value: 'Authorization=AAD;ClientId=${identity.properties.clientId}'
  }
  { name: 'SAMPLES_OWNER_IDS', value: samplesOwnerIds }
  { name: 'SAMPLES_REPOSITORY_IDS', value: samplesRepositoryIds }
  { name: 'SAMPLES_ISSUERS', value: samplesIssuers }
  { name: 'SAMPLES_AUDIENCE', value: empty(samplesAudience) ? url : samplesAudience }
  // Azure's own libraries read these: as whom, and by nothing else, they say who they are.
  { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
  { name: 'AZURE_TOKEN_CREDENTIALS', value: 'ManagedIdentityCredential' }
]

module app 'modules/frontend-app.bicep' = {
  params: {
    environmentName: environmentName
    location: location
    size: size
    image: image
    environmentId: environment.id
    identityId: identity.id
    registryServer: empty(registryName) ? '' : registry!.properties.loginServer
    settings: concat(settings, secretSettings, further)
    references: secrets
  }
}

@description('Where the frontend is.')
output FRONTEND_URL string = url

@description('What GitHub\'s webhook has as its payload URL.')
output WEBHOOK_URL string = '${url}/webhook'
