// An environment's name in; the two identities that the services run as out.

@description('Where the identities are.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('What makes names unique.')
param token string

resource frontend 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-frontend-${token}'
  location: location
  tags: tags
}

resource backend 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-backend-${token}'
  location: location
  tags: tags
}

@description('The identity that the frontend runs as.')
output frontendName string = frontend.name

@description('The identity that the backend runs as.')
output backendName string = backend.name
