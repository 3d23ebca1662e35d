import AsvinPlatform
import Logging
import NIOCore
import NIOHTTP2
import NIOSSL
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The certificate and its private key, in PEM.
package struct CertificatePair: Equatable, Sendable {
  /// The certificate, followed by its intermediate certificates.
  package let chain: String
  package let key: String

  package init(chain: String, key: String) { (self.chain, self.key) = (chain, key) }
}

/// The certificate of the server, which is replaced while the server runs. Connections keep the one that they began with.
final class Certificates: Sendable {
  private struct State {
    var pair: CertificatePair
    var context: NIOSSLContext
    /// The error of the last attempt, so that it is logged once.
    var fault: String?
  }

  private let read: @Sendable () throws -> CertificatePair
  private let state: Mutex<State>

  /// - Throws: an error if the certificate or the key cannot be read, or do not belong together.
  init(_ read: @escaping @Sendable () throws -> CertificatePair) throws {
    self.read = read
    let pair = try read()
    state = Mutex(State(pair: pair, context: try Self.context(of: pair)))
  }

  var context: NIOSSLContext { state.withLock { $0.context } }
  /// The fingerprint that an ESP8266 reads.
  var fingerprint: String? {
    let chain = state.withLock { $0.pair.chain }
    return try? Fingerprint.text(of: chain)  // the chain was read when it became the present one
  }

  /// Reads the files, and replaces the certificate if they have changed and are valid. Otherwise the old one stays.
  ///
  /// - Parameter isRequested: whether an operator waits for the result in the log.
  func reload(isRequested: Bool, logger: Logger) {
    do {
      let pair = try read()
      if state.withLock({ $0.pair == pair && $0.fault == nil }) {
        if isRequested { logger.notice("the certificate has not changed") }
        return
      }
      let context = try Self.context(of: pair)
      state.withLock { $0 = State(pair: pair, context: context) }
      logger.notice("a new certificate is used", metadata: ["sha1": "\(fingerprint ?? "")"])
    } catch {
      let isNew = state.withLock { state in
        defer { state.fault = "\(error)" }
        return state.fault != "\(error)"
      }
      guard isNew || isRequested else { return }
      logger.error("the new certificate cannot be used, and the old one stays", metadata: ["error": "\(error)"])
    }
  }

  private static func context(of pair: CertificatePair) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(pair.chain.utf8))
    let key = try NIOSSLPrivateKey(bytes: Array(pair.key.utf8), format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
    // Otherwise a client that does not answer delays the end of its connection by five seconds.
    configuration.shutdownTimeout = .seconds(1)
    return try NIOSSLContext(configuration: configuration)
  }
}

/// Reads the certificate again after SIGHUP, and every ten seconds. Without a certificate, SIGHUP has no effect.
struct CertificateReload: Service {
  private static let seconds = 10

  let certificates: Certificates?
  let logger: Logger

  func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in signals.cancelOnGracefulShutdown() {
          await reload(isRequested: true)
        }
      }
      group.addTask {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
          await reload(isRequested: false)
          try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(Self.seconds)) }  // woken
        }
      }
      try await group.waitForAll()
    }
  }

  /// The files may be on a network mount that hangs, so that another thread reads them.
  private func reload(isRequested: Bool) async {
    guard let certificates else { return }
    do {
      try await Workers.files.run { [logger] in certificates.reload(isRequested: isRequested, logger: logger) }
    } catch {
      logger.error("the certificate was not read again", metadata: ["error": "\(error)"])
    }
  }
}
