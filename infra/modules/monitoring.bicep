// A size in; the workspace that keeps all rows, and the Application Insights that takes them, out.

@description('Where both are.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('How long rows are kept, in days.')
param retentionDays int

@description('How much a day the workspace takes, in GB; more waits in the queue for the next day.')
param dailyCapGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

// Who knows the connection string can still send nothing: that takes a role (roles.bicep).
resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

@description('The workspace.')
output workspaceId string = workspace.id

@description('The workspace, to save functions in.')
output workspaceName string = workspace.name

@description('The Application Insights resource.')
output applicationInsightsName string = component.name

@description('The Application Insights resource, for alerts.')
output applicationInsightsId string = component.id
