// What was looked up in; the backend's container app, which runs while messages wait, out.
//
// A file of its own, since Container Apps refuse a list that is put together of what is looked up in
// Azure: here every list is a parameter, and known.

@description('The name of the environment: a tag of every resource.')
param environmentName string

@description('Where the app is.')
param location string

@description('small or large: see sizes.json.')
param size string

@description('The image to run, with its registry and a tag or a digest.')
param image string

@description('The Container Apps environment that it runs in.')
param environmentId string

@description('The identity that it runs as.')
param identityId string

@description('The registry\'s host that its image is pulled from by its identity; empty for a public image.')
param registryServer string

@description('What it is told: name and value, or name and secretRef.')
param settings array

@description('The storage account of the queue.')
param storageAccountName string

@description('The queue that wakes it.')
param queueName string

var name = 'backend'
var sizing = loadJsonContent('../sizes.json')[size].backend

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
  location: location
  tags: {
    'azd-env-name': environmentName
    'azd-service-name': name
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    managedEnvironmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      registries: empty(registryServer) ? [] : [
        {
          server: registryServer
          identity: identityId
        }
      ]
    }
    template: {
      // A round under way waits for what it sends, 8 s a call; what is left is put back in 4 s.
      terminationGracePeriodSeconds: 60
      containers: [
        {
          name: name
          image: image
          resources: {
            cpu: json(sizing.cpu)
            memory: sizing.memory
          }
          env: settings
        }
      ]
      scale: {
        minReplicas: 0
        maxReplicas: sizing.maxReplicas
        rules: [
          {
            name: 'queue'
            custom: {
              type: 'azure-queue'
              identity: identityId
              metadata: {
                accountName: storageAccountName
                queueName: queueName
                queueLength: string(sizing.messagesPerReplica)
                queueLengthStrategy: 'all' // a message that a worker holds is work too
              }
            }
          }
        ]
      }
    }
  }
}

@description('The container app.')
output appName string = app.name
