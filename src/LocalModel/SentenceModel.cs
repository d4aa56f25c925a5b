using System.Numerics.Tensors;
using FastBertTokenizer;
using Microsoft.ML.OnnxRuntime;

namespace Navigator.LocalModel;

/// <summary>
/// all-MiniLM-L6-v2: 22 million parameters, 384 dimensions. A vector is the mean of the text's token vectors, with length 1.
/// Safe for concurrent calls.
/// </summary>
internal sealed class SentenceModel : IDisposable
{
    public const string Name = "all-MiniLM-L6-v2";
    public const int Dimensions = 384;

    /// <summary>The length the model was published with. The rest of a longer text does not count.</summary>
    public const int MaxTokens = 256;

    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"];
    private static readonly string[] Outputs = ["last_hidden_state"];

    private readonly BertTokenizer tokenizer = new();
    private readonly InferenceSession session;

    /// <param name="threads">Processors that one inference may use.</param>
    /// <exception cref="ModelFileException">The file is not this model.</exception>
    public SentenceModel(ModelFile file, int threads)
    {
        using (var words = new StreamReader(new MemoryStream(file.Read("vocab.txt"))))
            tokenizer.LoadVocabulary(words, convertInputToLowercase: true);
        session = Open(file.Read("model.onnx"), threads);
        var produced = session.OutputMetadata.TryGetValue(Outputs[0], out var output) ? output.Dimensions[^1] : 0;
        if (produced == Dimensions)
            return;
        session.Dispose();
        throw new ModelFileException($"the model has vectors of {produced} dimensions instead of {Dimensions}");
    }

    /// <summary>The ids of the text's tokens, at most <see cref="MaxTokens"/>, in memory of the caller's own.</summary>
    public long[] Tokenize(string text)
    {
        // The overload without spans returns a buffer that its next call overwrites.
        Span<long> ids = stackalloc long[MaxTokens];
        Span<long> mask = stackalloc long[MaxTokens];
        var count = tokenizer.Encode(text, ids, mask);
        return ids[..count].ToArray();
    }

    /// <summary>Returns one vector of length 1 for each text. The time is that of the longest text for each of them.</summary>
    public float[][] Embed(IReadOnlyList<long[]> texts)
    {
        var width = texts.Max(tokens => tokens.Length);
        var ids = new long[texts.Count * width];
        var mask = new long[texts.Count * width];
        for (var row = 0; row < texts.Count; row++)
        {
            texts[row].CopyTo(ids.AsSpan(row * width));
            mask.AsSpan(row * width, texts[row].Length).Fill(1);
        }
        long[] shape = [texts.Count, width];
        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var typeValue = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        using var options = new RunOptions();
        using var results = session.Run(options, Inputs, [idValue, maskValue, typeValue], Outputs);
        var states = results[0].GetTensorDataAsSpan<float>();
        var vectors = new float[texts.Count][];
        for (var row = 0; row < texts.Count; row++)
            vectors[row] = Mean(states.Slice(row * width * Dimensions, texts[row].Length * Dimensions));
        return vectors;
    }

    public void Dispose() => session.Dispose();

    private static InferenceSession Open(byte[] network, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads, InterOpNumThreads = 1 };
        // Idle threads sleep instead of spinning: the processors belong to the questions.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        // The arena would keep the memory of the longest batch for good.
        options.EnableCpuMemArena = false;
        try
        {
            return new InferenceSession(network, options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelFileException($"the model cannot be read: {error.Message}");
        }
    }

    private static float[] Mean(ReadOnlySpan<float> states)
    {
        var mean = new float[Dimensions];
        for (var start = 0; start < states.Length; start += Dimensions)
            TensorPrimitives.Add(mean, states.Slice(start, Dimensions), mean);
        // The sum has the mean's direction, and the length becomes 1.
        TensorPrimitives.Divide(mean, TensorPrimitives.Norm<float>(mean), mean);
        return mean;
    }
}
