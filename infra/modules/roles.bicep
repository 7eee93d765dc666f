// Who may do what: the whole table. Every row is the least role that works, on the least that it
// works on; a test of the services' real requests says so (docs/operations.md).

@description('The identity that the frontend runs as.')
param frontendIdentityName string

@description('The identity that the backend runs as.')
param backendIdentityName string

@description('The storage account.')
param storageAccountName string

@description('The queue of events.')
param queueName string

@description('The queue of what could not be processed.')
param poisonQueueName string

@description('The container of state, archive and large messages.')
param containerName string

@description('The Application Insights resource.')
param applicationInsightsName string

@description('The vault.')
param vaultName string

@description('The registry of the services\' images; empty where there is none.')
param registryName string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var roleIds = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  storageBlobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageQueueDataMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  storageQueueDataReader: '19e7f393-937e-4f77-808e-94535e297925'
}

resource frontend 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: frontendIdentityName
}

resource backend 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: backendIdentityName
}

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' existing = {
  parent: account
  name: 'default'
}

resource events 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = {
  parent: queues
  name: queueName
}

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = {
  parent: queues
  name: poisonQueueName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' existing = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' existing = {
  parent: blobs
  name: containerName
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = if (!empty(registryName)) {
  name: empty(registryName) ? 'none' : registryName // names are read even where nothing is made
}

resource frontendSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: events
  name: guid(events.id, frontend.id, roleIds.storageQueueDataMessageSender)
  properties: {
    principalId: frontend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageQueueDataMessageSender)
  }
}

resource frontendCounts 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: events
  name: guid(events.id, frontend.id, roleIds.storageQueueDataReader)
  properties: {
    principalId: frontend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageQueueDataReader)
  }
}

resource frontendKeepsLargeMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(container.id, frontend.id, roleIds.storageBlobDataContributor)
  properties: {
    principalId: frontend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataContributor)
  }
}

resource frontendTells 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, frontend.id, roleIds.monitoringMetricsPublisher)
  properties: {
    principalId: frontend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.monitoringMetricsPublisher)
  }
}

// On the vault, which has nothing but the frontend's secrets. A role on a secret that has just been
// made, as in a rotation, takes minutes to be in force, and until then the app cannot be updated.
resource frontendReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, frontend.id, roleIds.keyVaultSecretsUser)
  properties: {
    principalId: frontend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.keyVaultSecretsUser)
  }
}

resource frontendPulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  scope: registry
  name: guid(registry.id, frontend.id, roleIds.acrPull)
  properties: {
    principalId: frontend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.acrPull)
  }
}

resource backendReceives 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: events
  name: guid(events.id, backend.id, roleIds.storageQueueDataContributor)
  properties: {
    principalId: backend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageQueueDataContributor)
  }
}

resource backendPoisons 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: poison
  name: guid(poison.id, backend.id, roleIds.storageQueueDataContributor)
  properties: {
    principalId: backend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageQueueDataContributor)
  }
}

resource backendKeepsState 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(container.id, backend.id, roleIds.storageBlobDataContributor)
  properties: {
    principalId: backend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.storageBlobDataContributor)
  }
}

resource backendTells 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, backend.id, roleIds.monitoringMetricsPublisher)
  properties: {
    principalId: backend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.monitoringMetricsPublisher)
  }
}

resource backendPulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  scope: registry
  name: guid(registry.id, backend.id, roleIds.acrPull)
  properties: {
    principalId: backend.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds.acrPull)
  }
}
