// A workspace with its saved functions in; rules that tell somebody when something is wrong, out.
//
// Each file of src/kql/alerts says what its alert tells and what to do then, and gives one number,
// for each of its dimensions where it has some. The rule compares the greatest with its threshold.

@description('Where the rules are: the workspace\'s region.')
param location string

@description('What every resource is tagged with.')
param tags object

@description('The workspace that the rules ask.')
param workspaceId string

@description('Action groups that are told, by their resource ids; none: alerts show in the portal alone.')
param actionGroupIds array = []

@description('Whether the rules are evaluated.')
param enabled bool = true

@description('Failure rate: the percentage of a repository\'s runs of six hours, beyond which it is told.')
@minValue(0)
@maxValue(100)
param failedPercent int = 50

@description('Queue time: the seconds that 95 % of a pool\'s jobs may wait for a runner.')
@minValue(0)
param waitedSeconds int = 900

@description('Stuck queue: the seconds that the queue\'s oldest message may wait. A late batch of samples waits for others, up to ten minutes.')
@minValue(660)
param oldestAgeSeconds int = 900

@description('Poison messages: how many deliveries may be put aside within an hour.')
@minValue(0)
param poisonedDeliveries int = 0

@description('Lost deliveries: how many may be turned away within an hour.')
@minValue(0)
param lostDeliveries int = 0

@description('No data: the hours without news of any job. Weekends may be as silent; a log alert cannot look back further than two days.')
@minValue(1)
@maxValue(47)
param silentHours int = 24

@description('Frontend silent: the minutes in which it says nothing of itself, which it does each minute.')
@minValue(5)
param silentMinutes int = 15

@description('Out of memory: how many times a job\'s processes may be killed for want of memory within six hours.')
@minValue(0)
param outOfMemoryJobs int = 0

// Sooner where deliveries may be lost or are held up. Severity 1 is an error, 2 a warning, 3 for information.
var rules = [
  {
    name: 'failure-rate'
    displayName: 'runs fail'
    query: loadTextContent('../../src/kql/alerts/failure-rate.kql')
    number: 'failed_percent'
    dimensions: [
      { name: 'repository_full_name', operator: 'Include', values: ['*'] }
    ]
    threshold: failedPercent
    severity: 2
    frequency: 'PT15M'
    window: 'PT6H'
  }
  {
    name: 'queue-time'
    displayName: 'jobs wait for runners'
    query: loadTextContent('../../src/kql/alerts/queue-time.kql')
    number: 'waited_seconds'
    dimensions: [
      { name: 'pool', operator: 'Include', values: ['*'] }
    ]
    threshold: waitedSeconds
    severity: 2
    frequency: 'PT15M'
    window: 'P1D'
  }
  {
    name: 'stuck-queue'
    displayName: 'the queue is stuck'
    query: loadTextContent('../../src/kql/alerts/stuck-queue.kql')
    number: 'oldest_age_seconds'
    dimensions: []
    threshold: oldestAgeSeconds
    severity: 1
    frequency: 'PT5M'
    window: 'PT10M'
  }
  {
    name: 'poison-messages'
    displayName: 'deliveries were put aside'
    query: loadTextContent('../../src/kql/alerts/poison-messages.kql')
    number: 'poisoned'
    dimensions: []
    threshold: poisonedDeliveries
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
  }
  {
    name: 'lost-deliveries'
    displayName: 'deliveries are lost'
    query: loadTextContent('../../src/kql/alerts/lost-deliveries.kql')
    number: 'lost'
    dimensions: []
    threshold: lostDeliveries
    severity: 1
    frequency: 'PT5M'
    window: 'PT1H'
  }
  {
    name: 'no-data'
    displayName: 'no data'
    query: loadTextContent('../../src/kql/alerts/no-data.kql')
    number: 'silent_hours'
    dimensions: []
    threshold: silentHours
    severity: 2
    frequency: 'PT1H'
    window: 'P2D'
  }
  {
    name: 'frontend-silent'
    displayName: 'the frontend is silent'
    query: loadTextContent('../../src/kql/alerts/frontend-silent.kql')
    number: 'silent_minutes'
    dimensions: []
    threshold: silentMinutes
    severity: 1
    frequency: 'PT5M'
    window: 'P2D'
  }
  {
    name: 'out-of-memory'
    displayName: 'jobs run out of memory'
    query: loadTextContent('../../src/kql/alerts/out-of-memory.kql')
    number: 'jobs'
    dimensions: [
      { name: 'repository_full_name', operator: 'Include', values: ['*'] }
      { name: 'workflow_name', operator: 'Include', values: ['*'] }
      { name: 'job_name', operator: 'Include', values: ['*'] }
    ]
    threshold: outOfMemoryJobs
    severity: 3
    frequency: 'PT15M'
    window: 'PT6H'
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'github-telemetry-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'GitHub Telemetry: ${rule.displayName}'
      // The file's first line, without its two slashes.
      description: substring(first(split(rule.query, '\n')), 3)
      enabled: enabled
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: rule.frequency
      windowSize: rule.window
      // As far as a log alert may look back: a row's own time may be that of its first news.
      overrideQueryTimeRange: rule.window == 'P2D' ? null : 'P2D'
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.number
            timeAggregation: 'Maximum'
            dimensions: rule.dimensions
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: {
              minFailingPeriodsToAlert: 1
              numberOfEvaluationPeriods: 1
            }
          }
        ]
      }
      // It is over when the number is back below the threshold.
      autoMitigate: true
      // A function that was saved a moment ago is not known yet to whoever validates.
      skipQueryValidation: true
      actions: {
        actionGroups: actionGroupIds
      }
    }
  }
]
