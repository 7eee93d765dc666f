// A size in; the workspace that keeps all rows, and the Application Insights that takes them, out.

@description('Where both are.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

@description('How long rows are kept, in days.')
param retentionDays int

@description('How much a day is taken, in GB; more is refused, and waits in the queue for the next day.')
param dailyCapGb int

// It has no cap of its own: what that stops is lost, and nobody is told.
resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
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

// Beyond this cap the door says so (439), and the worker keeps what it has.
resource cap 'microsoft.insights/components/pricingPlans@2017-10-01' = {
  parent: component
  name: 'current'
  properties: {
    planType: 'Basic'
    cap: dailyCapGb
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
