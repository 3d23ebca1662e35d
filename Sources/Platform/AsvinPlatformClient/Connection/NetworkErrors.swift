import AsyncHTTPClient
import NIOSSL

extension PlatformConnection {
  /// Describes a network error as the end of a sentence.
  static func words(_ error: any Error) -> String {
    let text = "\(error)"
    switch error {
    case is NIOSSLError where isCertificateRefused(error): return "its certificate is not trusted"
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      return "its certificate is for another host"
    case is NIOSSLError where text.contains("WRONG_VERSION_NUMBER"): return "it does not speak TLS"
    case is NIOSSLError: return "TLS fails"
    case let error as HTTPClientError:
      switch error {
      case .connectTimeout, .readTimeout, .deadlineExceeded: return "it does not reply in time"
      case .remoteConnectionClosed: return "it closes the connection"
      default: return error.shortDescription
      }
    default:
      if text.contains("UnknownHost") { return "the host is unknown" }
      if text.contains("refused") { return "the connection is refused" }
      return text
    }
  }

  /// Whether the server's certificate was refused.
  static func isCertificateRefused(_ error: any Error) -> Bool { "\(error)".contains("CERTIFICATE_VERIFY_FAILED") }

  static func hint(_ error: any Error) -> String {
    let text = "\(error)"
    if isCertificateRefused(error) { return "name the authority's certificate with --ca" }
    if (error as? NIOSSLExtraError) == .failedToValidateHostname {
      return "use the name in the certificate, or check that the right server answers"
    }
    if text.contains("WRONG_VERSION_NUMBER") { return "check whether the address needs http instead of https" }
    return "check the address and the network"
  }
}
