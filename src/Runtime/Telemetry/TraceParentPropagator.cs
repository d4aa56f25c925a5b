using System.Diagnostics;

namespace Navigator.Runtime.Telemetry;

/// <summary>
/// Accepts and sends the header traceparent and nothing else. A caller's tracestate and baggage are a caller's text. They would go to models, web
/// searches and webhooks.
/// </summary>
internal sealed class TraceParentPropagator : DistributedContextPropagator
{
    public static readonly TraceParentPropagator Instance = new();

    private const string Header = "traceparent";

    private readonly DistributedContextPropagator w3c = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields { get; } = [Header];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            setter?.Invoke(carrier, Header, id);
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
