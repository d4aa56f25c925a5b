using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Navigator.Runtime.Telemetry;

/// <summary>
/// Decides about traces without a parent. A request, the canary or a stage begins a trace, and the ratio decides. A statement or a message of a
/// watch or a sweeper, which belongs to no question, begins none.
/// </summary>
internal sealed class RootSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind is ActivityKind.Server or ActivityKind.Internal
            ? share.ShouldSample(samplingParameters)
            : new SamplingResult(SamplingDecision.Drop);
}
