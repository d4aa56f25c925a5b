using System.Text.Json;
using Navigator.Workers.Intake.Screening;

namespace Navigator.LocalModel.Tests.Screening;

public sealed class WeightsTests(ScreeningModel model) : IClassFixture<ScreeningModel>
{
    private readonly MeaningWeights weights = MeaningWeights.Load();

    [Fact]
    public void The_weights_fit_the_model_that_ships()
    {
        Assert.Equal((model.Embedding.Name, model.Embedding.Dimensions), (weights.Model, weights.Dimensions));
        Assert.All(new[] { weights.QuestionWords, weights.SourceWords },
            words => Assert.Equal(MeaningClassifier.Buckets, words.Weights.Length));
        Assert.All(new[] { weights.Question, weights.Source },
            both => Assert.Equal(weights.Dimensions + MeaningClassifier.Buckets, both.Weights.Length));
    }

    [Fact]
    public void The_weights_of_another_model_or_of_other_dimensions_are_not_used()
    {
        using var otherModel = model.Meaning(weights with { Model = "another" });
        using var otherDimensions = model.Meaning(weights with { Dimensions = 768 });

        Assert.False(otherModel.IsAvailable);
        Assert.False(otherDimensions.IsAvailable);
    }

    [Fact]
    public void The_weights_take_a_few_kilobytes() =>
        Assert.InRange(JsonSerializer.Serialize(weights, MeaningWeights.Form).Length, 1_000, 16_000);
}
