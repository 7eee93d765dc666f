// A name in; all that GitHub Telemetry needs in Azure, in a resource group of its own, out.
// `azd up` deploys this and then the two services; without azd see docs/operations.md.

targetScope = 'subscription'

@description('The name of the environment: of its resource group, and a tag of every resource.')
@minLength(1)
@maxLength(60)
param environmentName string

@description('The region of everything.')
@minLength(1)
param location string

@description('What it is for: small, an organisation of some dozens; large, thousands of jobs an hour.')
@allowed(['small', 'large'])
param size string = 'small'

@description('The webhook\'s secret, the same as GitHub has.')
@secure()
@minLength(16)
param webhookSecret string

@description('The secret that was the webhook\'s until now, while you rotate; empty otherwise.')
@secure()
param previousWebhookSecret string = ''

@description('Keys that samplers without GitHub\'s tokens sign with: REPOSITORY_ID:KEY, with commas between.')
@secure()
param samplesKeys string = ''

@description('The owners whose samplers may send, by their numbers, with commas between; empty for none.')
param samplesOwnerIds string = ''

@description('Only these of the owners\' repositories, by their numbers; empty for all.')
param samplesRepositoryIds string = ''

@description('Who makes those tokens, where it is not github.com, with commas between; empty for that.')
param samplesIssuers string = ''

@description('The audience of samplers\' tokens; empty for the frontend\'s own URL.')
param samplesAudience string = ''

@description('The frontend\'s image; without one the frontend is left to `azd deploy`.')
param frontendImage string = ''

@description('The backend\'s image; without one the backend is left to `azd deploy`.')
param backendImage string = ''

@description('Further settings of the frontend, of the README\'s table: NAME=value, with semicolons between.')
param frontendSettings string = ''

@description('Further settings of the backend, such as TRACES=false;HOST_METRICS=false.')
param backendSettings string = ''

@description('Whether a registry is made for the images: not needed where they are public.')
param hasRegistry bool = true

@description('Whether storage and vault are met by private addresses alone; say so at the first deployment.')
param isPrivate bool = false

@description('The addresses of the private network.')
param networkPrefix string = '10.71.0.0/24'

@description('Those of them that the services have; at least a /27.')
param appsPrefix string = '10.71.0.0/26'

@description('Those of them that storage and vault have.')
param endpointsPrefix string = '10.71.0.64/26'

@description('The queue of events.')
param queueName string = 'github-webhook-events'

@description('Action groups that alerts tell, by their resource ids; none: they show in the portal alone.')
param actionGroupIds array = []

@description('Whether there is an Azure Managed Grafana too; it costs by the month.')
param hasGrafana bool = false

@description('Object ids of who administers Grafana, and imports its dashboard.')
param grafanaAdminIds array = []

var containerName = 'github-telemetry'
var token = uniqueString(subscription().id, environmentName, location)
// Known beforehand: Container Apps refuse a network that is looked up where there may be none.
var networkName = 'vnet-${token}'
var tags = { 'azd-env-name': environmentName }
var sizes = loadJsonContent('sizes.json')
var hasPreviousSecret = !empty(previousWebhookSecret)
var hasSamplesKeys = !empty(samplesKeys)

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    retentionDays: sizes[size].workspace.retentionDays
    dailyCapGb: sizes[size].workspace.dailyCapGb
  }
}

module functions 'modules/functions.bicep' = {
  scope: group
  params: {
    workspaceName: monitoring.outputs.workspaceName
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [functions]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupIds: actionGroupIds
  }
  dependsOn: [functions]
}

module dashboard 'modules/dashboard.bicep' = if (hasGrafana) {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    workspaceName: monitoring.outputs.workspaceName
    adminIds: grafanaAdminIds
  }
  dependsOn: [functions]
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    skuName: sizes[size].storage
    queueName: queueName
    containerName: containerName
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    webhookSecret: webhookSecret
    previousWebhookSecret: previousWebhookSecret
    samplesKeys: samplesKeys
    hasPreviousSecret: hasPreviousSecret
    hasSamplesKeys: hasSamplesKeys
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module registry 'modules/registry.bicep' = if (hasRegistry) {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  scope: group
  params: {
    frontendIdentityName: identities.outputs.frontendName
    backendIdentityName: identities.outputs.backendName
    storageAccountName: storage.outputs.accountName
    queueName: storage.outputs.queueName
    poisonQueueName: storage.outputs.poisonQueueName
    containerName: storage.outputs.containerName
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    vaultName: vault.outputs.vaultName
    registryName: hasRegistry ? registry!.outputs.name : ''
  }
}

module network 'modules/network.bicep' = if (isPrivate) {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    networkName: networkName
    networkPrefix: networkPrefix
    appsPrefix: appsPrefix
    endpointsPrefix: endpointsPrefix
    storageAccountId: storage.outputs.accountId
    vaultId: vault.outputs.vaultId
  }
}

module containers 'modules/environment.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    workspaceId: monitoring.outputs.workspaceId
    subnetId: isPrivate ? '${group.id}/providers/Microsoft.Network/virtualNetworks/${networkName}/subnets/apps' : ''
    isZoneRedundant: isPrivate && size == 'large'
  }
  dependsOn: [network]
}

module frontend 'frontend.bicep' = if (!empty(frontendImage)) {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    size: size
    image: frontendImage
    containerEnvironmentName: containers.outputs.name
    identityName: identities.outputs.frontendName
    registryName: hasRegistry ? registry!.outputs.name : ''
    storageAccountName: storage.outputs.accountName
    queueName: storage.outputs.queueName
    containerName: storage.outputs.containerName
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    webhookSecretUri: vault.outputs.webhookSecretUri
    previousWebhookSecretUri: vault.outputs.previousWebhookSecretUri
    samplesKeysUri: vault.outputs.samplesKeysUri
    samplesOwnerIds: samplesOwnerIds
    samplesRepositoryIds: samplesRepositoryIds
    samplesAudience: samplesAudience
    samplesIssuers: samplesIssuers
    furtherSettings: frontendSettings
  }
  dependsOn: [roles]
}

module backend 'backend.bicep' = if (!empty(backendImage)) {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    size: size
    image: backendImage
    containerEnvironmentName: containers.outputs.name
    identityName: identities.outputs.backendName
    registryName: hasRegistry ? registry!.outputs.name : ''
    storageAccountName: storage.outputs.accountName
    queueName: storage.outputs.queueName
    containerName: storage.outputs.containerName
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    furtherSettings: backendSettings
  }
  dependsOn: [roles]
}

// What frontend.parameters.json and backend.parameters.json take; `azd env get-values` shows it.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = hasRegistry ? registry!.outputs.loginServer : ''
output AZURE_CONTAINER_REGISTRY_NAME string = hasRegistry ? registry!.outputs.name : ''
output AZURE_CONTAINER_ENVIRONMENT_NAME string = containers.outputs.name
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.accountName
output AZURE_STORAGE_QUEUE_NAME string = storage.outputs.queueName
output AZURE_STORAGE_CONTAINER_NAME string = storage.outputs.containerName
output AZURE_KEY_VAULT_NAME string = vault.outputs.vaultName
output AZURE_LOG_ANALYTICS_WORKSPACE_NAME string = monitoring.outputs.workspaceName
output AZURE_APPLICATION_INSIGHTS_NAME string = monitoring.outputs.applicationInsightsName
output FRONTEND_IDENTITY_NAME string = identities.outputs.frontendName
output BACKEND_IDENTITY_NAME string = identities.outputs.backendName
output WEBHOOK_SECRET_URI string = vault.outputs.webhookSecretUri
output PREVIOUS_WEBHOOK_SECRET_URI string = vault.outputs.previousWebhookSecretUri
output SAMPLES_KEYS_URI string = vault.outputs.samplesKeysUri
output GRAFANA_NAME string = hasGrafana ? dashboard!.outputs.grafanaName : ''
output FRONTEND_URL string = 'https://frontend.${containers.outputs.domain}'
output WEBHOOK_URL string = 'https://frontend.${containers.outputs.domain}/webhook'
