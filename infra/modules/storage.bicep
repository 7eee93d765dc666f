// A queue's name in; the storage account with that queue, its poison and the container out.
// Nobody has a key: roles alone open it (roles.bicep).

@description('Where the account is.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('How the account replicates what it holds.')
param skuName string

@description('The queue of events; its poison is the same with -poison.')
param queueName string

@description('The container of state, archive and large messages.')
param containerName string

@description('Whether only private endpoints lead to it.')
param isPrivate bool

@description('The Log Analytics workspace that its metrics go to.')
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  // checkov:skip=CKV_AZURE_35:GitHub's events need no network of their own; isPrivate denies all else
  // checkov:skip=CKV_AZURE_43:a name made of uniqueString is one, which checkov cannot see
  // checkov:skip=CKV_AZURE_206:copies in one region are enough for what lives minutes; sizes.json says how
  name: 'st${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {
  parent: queues
  name: queueName
}

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = {
  parent: queues
  name: '${queueName}-poison'
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: containerName
  properties: {
    publicAccess: 'None'
  }
}

// What the worker's own sweep left after a crash, two days and more after it was due. Never one for
// messages/: a message may wait in the queue for any time, and its body is there. Never one for
// archive/: that is the owner's.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        for left in [
          { folder: 'samples', days: 9 }
          { folder: 'state', days: 37 }
          { folder: 'sweep', days: 45 }
        ]: {
          name: left.folder
          enabled: true
          type: 'Lifecycle'
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: left.days
                }
              }
            }
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: ['${containerName}/${left.folder}/']
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

// Metrics and no logs: a log has a row for every look into an empty queue.
resource queueMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: queues
  name: 'metrics'
  properties: {
    workspaceId: workspaceId
    metrics: [
      { category: 'Transaction', enabled: true }
      { category: 'Capacity', enabled: true }
    ]
  }
}

resource blobMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'metrics'
  properties: {
    workspaceId: workspaceId
    metrics: [
      { category: 'Transaction', enabled: true }
      { category: 'Capacity', enabled: true }
    ]
  }
}

@description('The account.')
output accountName string = account.name

@description('The account, for alerts and private endpoints.')
output accountId string = account.id

@description('The queue of events.')
output queueName string = queue.name

@description('The queue of what could not be processed.')
output poisonQueueName string = poison.name

@description('The container.')
output containerName string = container.name
