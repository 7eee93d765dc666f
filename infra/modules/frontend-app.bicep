// What was looked up in; the frontend's container app, which takes deliveries, out.
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

@description('Secrets of the vault: each one\'s name here, and its uri there.')
param references array

var name = 'frontend'
var port = 8080
var sizing = loadJsonContent('../sizes.json')[size].frontend

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
      ingress: {
        external: true
        allowInsecure: false
        targetPort: port
        transport: 'http'
      }
      registries: empty(registryServer) ? [] : [
        {
          server: registryServer
          identity: identityId
        }
      ]
      secrets: [
        for each in references: {
          name: each.name
          identity: identityId
          keyVaultUrl: each.uri
        }
      ]
    }
    template: {
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: name
          image: image
          resources: {
            cpu: json(sizing.cpu)
            memory: sizing.memory
          }
          env: settings
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/health', port: port }
              periodSeconds: 3
              failureThreshold: 10 // as many as may be
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health', port: port }
              periodSeconds: 10
              timeoutSeconds: 5
              failureThreshold: 3
            }
            {
              type: 'Readiness'
              httpGet: { path: '/ready', port: port }
              periodSeconds: 10
              timeoutSeconds: 3 // it answers within two
              failureThreshold: 3
            }
          ]
        }
      ]
      scale: {
        minReplicas: sizing.minReplicas
        maxReplicas: sizing.maxReplicas
        rules: [
          {
            name: 'requests'
            http: {
              metadata: {
                concurrentRequests: '50'
              }
            }
          }
        ]
      }
    }
  }
}
