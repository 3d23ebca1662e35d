package import ArgumentParser
package import AsvinHost

/// The file for a secret that is shown only once.
package struct SecretOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write the token to a new file that only you can read.", valueName: "file"),
    completion: .file())
  package var path: String?

  package init() {}

  /// Creates the file, if one was named. It is created before the secret, because a secret that cannot be written down
  /// would be lost.
  package func open(inputs: InputLedger? = nil) throws(FileError) -> OutputFile? {
    try path.map { path throws(FileError) in
      try OutputFile(path, permissions: 0o600, durability: .flushed, inputs: inputs)
    }
  }
}

extension OutputFile {
  /// Writes a secret as the only line, and places the file.
  package func commit(secret: String) throws(FileError) {
    try write(Array("\(secret)\n".utf8))
    try commit()
  }
}
