import AsyncHTTPClient
import NIOSSL

extension PlatformConnection {
  /// What went wrong on the network, in words.
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
      case .connectTimeout, .readTimeout, .deadlineExceeded: return "it takes too long"
      case .remoteConnectionClosed: return "it closes the connection"
      default: return error.shortDescription
      }
    default:
      if text.contains("UnknownHost") { return "there is no such host" }
      if text.contains("refused") { return "the connection is refused" }
      return text
    }
  }

  /// Whether the other side's certificate is what fails.
  static func isCertificateRefused(_ error: any Error) -> Bool { "\(error)".contains("CERTIFICATE_VERIFY_FAILED") }

  static func hint(_ error: any Error) -> String {
    let text = "\(error)"
    if isCertificateRefused(error) { return "give the authority's certificate with --ca" }
    if (error as? NIOSSLExtraError) == .failedToValidateHostname {
      return "use the name that the certificate has, or check that the right server answers"
    }
    if text.contains("WRONG_VERSION_NUMBER") { return "is it http, and not https?" }
    return "check the address and the network"
  }
}
