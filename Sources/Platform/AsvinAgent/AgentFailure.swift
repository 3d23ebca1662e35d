import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinVerifier

/// Converts errors to failures with a message, so that the agent never logs the debug description of a value.
enum AgentFailure {
  static func failure(_ error: any Error) -> Failure {
    switch error {
    case let failure as Failure: return failure
    case let error as FileError:
      let failure = Failure(error, on: error.path)
      if error.isMissing || error.isPermission || failure.kind == .cannotWrite { return failure }
      // A lack of descriptors or a failing disk may pass.
      return Failure(.unreachable, failure.message, hint: "the agent tries again later")
    case let rejection as Rejection: return Failure(.rejected, "the release is rejected: \(rejection.reason.name)")
    case let error as InstallError: return Failure(.failed, "the release cannot be installed: \(error.reason.name)")
    case let error as CryptoError: return Failure(error, on: "the device's key")
    case is DecodingError: return Failure(.failed, "a file or a reply is malformed")
    default: return Failure(.failed, "an error of the kind \(type(of: error))")
    }
  }

  /// Returns the reason code with which an error of the disk is reported; `nil` for an error that passes by itself.
  static func reason(_ error: FileError) -> Reason? {
    if error.isPassing { return nil }
    // The reason codes have one for an image that does not fit.
    return error.isFull || error.isTooLong ? .imageTooLarge : .flashFailed
  }

  /// Returns text from another machine on one line without control characters, which would act on a terminal.
  static func line(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: line += "\\u{\(String(scalar.value, radix: 16))}"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}
