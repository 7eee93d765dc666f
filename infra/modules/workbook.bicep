// The workspace in; the workbook that asks it, out. `python -m src generate` writes what it shows.

@description('Where it is.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('The workspace that it asks: the saved functions must be there.')
param workspaceId string

@description('What the portal calls it.')
param displayName string = 'GitHub Telemetry'

// Read as JSON: of a file read as text no more than 131,072 characters are taken.
var content = string(loadJsonContent('../generated/workbook.json'))

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // The service wants a GUID; the same each time, so that it is brought up to date.
  name: guid(workspaceId, 'github-telemetry')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: displayName
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: replace(content, 'WORKSPACE_RESOURCE_ID', workspaceId)
  }
}

@description('The workbook.')
output workbookId string = workbook.id
