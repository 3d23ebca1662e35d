/// A YAML document of text, lists and maps. Every scalar is text as written: `1.10` stays `1.10`.
indirect enum YAML: Sendable {
  case text(String)
  case list([YAML])
  case map([(key: String, value: YAML)])

  /// Levels of lists and maps that a file may have.
  static let deepest = 8
}
