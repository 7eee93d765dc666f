"""The tables of both scopes as Microsoft documents them: nothing in, their schemas in KQL out.

The workspace's: https://learn.microsoft.com/azure/azure-monitor/reference/tables/appevents,
appmetrics, apprequests, appdependencies. The component's, with what becomes of each column there:
https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource#table-schemas
"""

_CLASSIC = """
    appId: string, application_Version: string, appName: string, client_Browser: string,
    client_City: string, client_CountryOrRegion: string, client_IP: string, client_Model: string,
    client_OS: string, client_StateOrProvince: string, client_Type: string,
    cloud_RoleInstance: string, cloud_RoleName: string, customDimensions: dynamic, iKey: string,
    itemId: string, itemType: string, name: string, operation_Id: string, operation_Name: string,
    operation_ParentId: string, operation_SyntheticSource: string, sdkVersion: string,
    session_Id: string, timestamp: datetime, user_AccountId: string,
    user_AuthenticatedId: string, user_Id: string"""

_CLASSIC_CALL = """, customMeasurements: dynamic, duration: real, id: string, itemCount: int,
    performanceBucket: string, resultCode: string, success: string"""

_WORKSPACE = """
    AppRoleInstance: string, AppRoleName: string, AppVersion: string, _BilledSize: real,
    ClientBrowser: string, ClientCity: string, ClientCountryOrRegion: string, ClientIP: string,
    ClientModel: string, ClientOS: string, ClientStateOrProvince: string, ClientType: string,
    IKey: string, _IsBillable: string, ItemCount: int, Name: string, OperationId: string,
    OperationName: string, ParentId: string, Properties: dynamic, ResourceGUID: string,
    _ResourceId: string, SDKVersion: string, SessionId: string, SourceSystem: string,
    _SubscriptionId: string, SyntheticSource: string, TenantId: string, TimeGenerated: datetime,
    Type: string, UserAccountId: string, UserAuthenticatedId: string, UserId: string"""

_WORKSPACE_CALL = """, Measurements: dynamic, DurationMs: real, Id: string,
    PerformanceBucket: string, ReferencedItemId: string, ReferencedType: string,
    ResultCode: string, Success: bool"""

COMPONENT_TABLES = {
    "customEvents": f"({_CLASSIC}, customMeasurements: dynamic, itemCount: int)",
    "customMetrics": f"({_CLASSIC}, value: real, valueCount: int, valueMax: real, valueMin: real,"
    " valueSum: real, valueStdDev: real)",
    "requests": f"({_CLASSIC}{_CLASSIC_CALL}, source: string, url: string)",
    "dependencies": f"({_CLASSIC}{_CLASSIC_CALL}, data: string, target: string, type: string)",
}

WORKSPACE_TABLES = {
    "AppEvents": f"({_WORKSPACE}, Measurements: dynamic)",
    "AppMetrics": f"({_WORKSPACE}, Max: real, Min: real, Sum: real)",
    "AppRequests": f"({_WORKSPACE}{_WORKSPACE_CALL}, Source: string, Url: string)",
    "AppDependencies": f"({_WORKSPACE}{_WORKSPACE_CALL}, Data: string, DependencyType: string,"
    " Target: string)",
}
