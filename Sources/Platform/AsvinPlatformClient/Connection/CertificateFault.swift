import FoundationEssentials
import NIOCore
import NIOPosix
import NIOSSL

/// Why a server's certificate is refused. BoringSSL does not report the cause; this examines the dates.
struct CertificateFault: Equatable {
  /// The cause, as the end of a sentence.
  let words: String
  let hint: String

  /// Determines the fault of a chain that begins with the server's certificate, by the machine's clock.
  ///
  /// - Parameter authorities: certificates that are trusted instead of the system's.
  init(_ chain: [NIOSSLCertificate], authorities: [NIOSSLCertificate], host: String, now: Date) {
    let seconds = Int64(now.timeIntervalSince1970)
    let clock = "or set this machine's clock, which shows \(Self.text(seconds))"
    for (certificate, isServers) in chain.map({ ($0, true) }) + authorities.map({ ($0, false) }) {
      let whose =
        isServers
        ? (certificate == chain.first ? "its certificate" : "the certificate of its authority")
        : "the certificate given with --ca"
      let renew = isServers ? "renew the certificate on the server" : "use a certificate that is valid"
      if Int64(certificate.notValidAfter) < seconds {
        words = "\(whose) expired on \(Self.text(Int64(certificate.notValidAfter)))"
        hint = "\(renew), \(clock)"
        return
      }
      if Int64(certificate.notValidBefore) > seconds {
        words = "\(whose) is not valid before \(Self.text(Int64(certificate.notValidBefore)))"
        hint = "wait until then, \(clock)"
        return
      }
    }
    words = "its certificate is from an unknown authority"
    hint = "name the authority's certificate with --ca FILE, or add it to the system's certificates"
  }

  private static func text(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }

  /// Reads a server's certificates in a handshake without sending a request, and determines their fault.
  static func find(at address: String, authorities: [NIOSSLCertificate]) async -> CertificateFault? {
    guard let url = URL(string: address), let host = url.host() else { return nil }
    let chain = await chain(of: host, port: url.port ?? 443)
    guard !chain.isEmpty else { return nil }
    return CertificateFault(chain, authorities: authorities, host: host, now: .now)
  }

  private static func chain(of host: String, port: Int) async -> [NIOSSLCertificate] {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .noHostnameVerification
    guard let context = try? NIOSSLContext(configuration: configuration) else { return [] }  // no more is known
    let found = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: [NIOSSLCertificate].self)
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.seconds(5))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let callback: NIOSSLCustomVerificationCallback = { chain, promise in
            found.succeed(chain)
            promise.succeed(.failed)
          }
          let isName = (try? SocketAddress(ipAddress: host, port: port)) == nil  // an address is not a server's name
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: isName ? host : nil, customVerificationCallback: callback)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
    let timeout = found.futureResult.eventLoop.scheduleTask(in: .seconds(10)) { found.succeed([]) }
    defer { timeout.cancel() }
    do {
      let channel = try await bootstrap.connect(host: host, port: port).get()
      let chain = try await found.futureResult.get()
      channel.close(promise: nil)
      return chain
    } catch {
      found.succeed([])
      return []
    }
  }
}
