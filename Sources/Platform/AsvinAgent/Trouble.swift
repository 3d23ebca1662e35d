import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinVerifier

/// Any error, as a failure in words: an agent logs what went wrong, never the form of a value in memory.
enum Trouble {
  static func failure(_ error: any Error) -> Failure {
    switch error {
    case let failure as Failure: return failure
    case let error as FileError:
      let failure = Failure(error, on: error.path)
      if error.isMissing || error.isPermission || failure.kind == .cannotWrite { return failure }
      // A system without descriptors or a disk that fails is not a file that is missing: it may pass.
      return Failure(.unreachable, failure.message, hint: "it is tried again later")
    case let rejection as Rejection: return Failure(.rejected, "the release is rejected: \(rejection.reason.name)")
    case let error as InstallError: return Failure(.failed, "the release cannot be installed: \(error.reason.name)")
    case let error as CryptoError: return Failure(error, on: "the device's key")
    case is DecodingError: return Failure(.failed, "a file or a reply is malformed")
    default: return Failure(.failed, "an error of the kind \(type(of: error))")
    }
  }

  /// The reason that the platform is given for an error of the disk; `nil` for what passes by itself.
  static func reason(_ error: FileError) -> Reason? {
    if error.isPassing { return nil }
    // The reason codes have one for an image that does not fit.
    return error.isFull || error.isTooLong ? .imageTooLarge : .flashFailed
  }

  /// Text of another machine on one line without control characters, which would act on a terminal.
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
