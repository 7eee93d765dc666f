// A workspace in; the saved functions in it, which every query, tile and alert calls, out.

@description('The workspace that they are saved in.')
param workspaceName string

// `python -m src generate` writes them, from the table of names.
var functions = [
  {
    name: 'WorkflowRuns'
    shows: 'Workflow runs: the newest that is known of each attempt'
    body: loadTextContent('../../src/kql/functions/workspace/WorkflowRuns.kql')
  }
  {
    name: 'WorkflowJobs'
    shows: 'Workflow jobs: the newest that is known of each'
    body: loadTextContent('../../src/kql/functions/workspace/WorkflowJobs.kql')
  }
  {
    name: 'WorkflowSteps'
    shows: 'Workflow steps: the newest that is known of each, with what its job knows'
    body: loadTextContent('../../src/kql/functions/workspace/WorkflowSteps.kql')
  }
  {
    name: 'RunnerSamples'
    shows: 'The load of runners by the minute'
    body: loadTextContent('../../src/kql/functions/workspace/RunnerSamples.kql')
  }
  {
    name: 'ServiceHealth'
    shows: 'What GitHub Telemetry tells of itself each minute'
    body: loadTextContent('../../src/kql/functions/workspace/ServiceHealth.kql')
  }
]

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

// One after the other: a workspace takes changes of its saved searches badly at the same time.
@batchSize(1)
resource savedFunctions 'Microsoft.OperationalInsights/workspaces/savedSearches@2020-08-01' = [
  for function in functions: {
    parent: workspace
    name: 'github-telemetry-${toLower(function.name)}'
    properties: {
      category: 'GitHub Telemetry'
      displayName: function.shows
      functionAlias: function.name
      query: function.body
      version: 2
    }
  }
]
