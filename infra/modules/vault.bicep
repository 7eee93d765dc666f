// What must stay secret in; a vault with it, and where it is, out.

@description('Where the vault is.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('The webhook\'s secret.')
@secure()
param webhookSecret string

@description('The secret that was the webhook\'s until now, while you rotate; empty otherwise.')
@secure()
param previousWebhookSecret string

@description('Keys that samplers without GitHub\'s tokens sign with; empty without such.')
@secure()
param samplesKeys string

@description('Whether there is such a secret of until now.')
param hasPreviousSecret bool

@description('Whether there are such keys.')
param hasSamplesKeys bool

@description('Whether only private endpoints lead to it.')
param isPrivate bool

@description('The Log Analytics workspace that hears who asked for a secret.')
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  // checkov:skip=CKV_AZURE_109:without a private network the roles are the door; isPrivate denies all else
  name: 'kv-${token}'
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7 // so long the name of a deleted one is taken
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
    }
  }
}

resource webhook 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  // checkov:skip=CKV_AZURE_41:GitHub's side does not expire either; an expiry here would end the service
  parent: vault
  name: 'webhook-secret'
  properties: {
    contentType: 'text/plain'
    value: webhookSecret
  }
}

resource previous 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (hasPreviousSecret) {
  // checkov:skip=CKV_AZURE_114:it has one, but checkov looks into nothing that is conditional
  // checkov:skip=CKV_AZURE_41:GitHub's side does not expire either; an expiry here would end the service
  parent: vault
  name: 'webhook-secret-previous'
  properties: {
    contentType: 'text/plain'
    value: previousWebhookSecret
  }
}

resource samples 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (hasSamplesKeys) {
  // checkov:skip=CKV_AZURE_114:it has one, but checkov looks into nothing that is conditional
  // checkov:skip=CKV_AZURE_41:GitHub's side does not expire either; an expiry here would end the service
  parent: vault
  name: 'samples-keys'
  properties: {
    contentType: 'text/plain'
    value: samplesKeys
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      { categoryGroup: 'audit', enabled: true }
    ]
  }
}

@description('The vault.')
output vaultName string = vault.name

@description('The vault, for its private endpoint.')
output vaultId string = vault.id

// With their versions: who is told another one reads it at once, and not within half an hour.
@description('Where the webhook\'s secret is.')
output webhookSecretUri string = webhook.properties.secretUriWithVersion

@description('Where the secret is that was the webhook\'s until now; empty without such.')
output previousWebhookSecretUri string = hasPreviousSecret ? previous!.properties.secretUriWithVersion : ''

@description('Where the samplers\' keys are; empty without such.')
output samplesKeysUri string = hasSamplesKeys ? samples!.properties.secretUriWithVersion : ''
