import AsvinHost

extension Environment {
  /// Asks a question whose answer is yes or no. The terminal does not show the answer. Every answer except `y` and `yes` is
  /// no.
  ///
  /// - Returns: `nil` without a terminal.
  func confirm(_ question: String) -> Bool? {
    askPassphrase("\(question) [y/N]").map { ["y", "yes"].contains(String(decoding: $0, as: UTF8.self).lowercased()) }
  }
}
