import AsvinBundle
import Glibc

extension Surroundings {
  /// Opens an input.
  func input(_ path: String) throws(FileError) -> InputFile { try inputs.open(Surroundings.path(path, from: folder)) }

  /// Begins an output that the user named, which may be a device or a pipe.
  func output(_ path: String, force: Bool, durability: OutputFile.Durability) throws(FileError) -> OutputFile {
    try OutputFile(
      Surroundings.path(path, from: folder), replacing: force ? .existing : .never, durability: durability,
      inputs: inputs, takesStreams: true)
  }

  /// All of an input that must be small, such as a key or a project file.
  func smallInput(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
    do throws(FileError) {
      return try all(of: input(path), limit: limit)
    } catch {
      throw Failure(error)
    }
  }

  /// All of a key file, and whether every user can read or write it.
  func keyInput(_ path: String) throws(Failure) -> (bytes: [UInt8], isOpenToAll: Bool) {
    do throws(FileError) {
      let file = try input(path)
      return (try all(of: file, limit: 1 << 16), file.isOpenToAll)
    } catch {
      throw Failure(error)
    }
  }
}

/// All of a file that must be small.
func readSmallFile(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
  do throws(FileError) {
    return try all(of: InputFile(path), limit: limit)
  } catch {
    throw Failure(error)
  }
}

private func all(of file: InputFile, limit: Int) throws(FileError) -> [UInt8] {
  guard file.count <= UInt64(limit) else { throw FileError(.read, file.name, .isLonger(than: limit)) }
  return try file.read(at: 0, count: limit)
}
