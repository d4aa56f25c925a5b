namespace Navigator.Api;

/// <summary>Whose jobs and documents a request is about. There is one tenant until there are keys.</summary>
internal static class Caller
{
    public const string Tenant = "default";
}
