package import AsvinPlatform
import AsvinHost
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The platform, over HTTP.
package struct PlatformServer: Sendable {
  /// How it is reached, and what it tells.
  package struct Settings: Sendable {
    /// The address that it listens on.
    package var host = "127.0.0.1"
    /// Its port; 0 for any that is free.
    package var port = 8080
    /// A certificate, PEM, with those that lead to its authority behind it, and its key; without them it is plain HTTP.
    package var certificate: (chain: String, key: String)?
    /// The key that tokens are signed with: RSA of 2048 bits, PEM.
    package var tokenKey: String
    /// The SHA-1 fingerprint of the certificate that devices see, where a proxy shows its own: 20 bytes in hexadecimal.
    package var fingerprint: String?
    /// How often one address may log in with one device key in a minute.
    package var loginsPerMinute = 600
    /// What happens when the store has not answered for half a minute: the process ends, and its supervisor starts it
    /// again.
    package var onSilence: @Sendable () -> Void = { ThisProcess.end(70) }
    /// What a client may hold open, and how slow it may be.
    package var connections = ConnectionLimits.ofProcess()

    /// Whether the log has a line for every request, or only for what is wrong.
    package var logsRequests = false

    /// Settings, with what has no default.
    package init(tokenKey: String) { self.tokenKey = tokenKey }
  }

  private let settings: Settings
  private let store: any PlatformStore
  private let objects: any ObjectStore
  private let clock: @Sendable () -> Instant

  /// A server over what is stored.
  package init(
    _ settings: Settings, store: any PlatformStore, objects: any ObjectStore, clock: @escaping @Sendable () -> Instant
  ) {
    self.settings = settings
    self.store = store
    self.objects = objects
    self.clock = clock
  }

  /// Serves, until the task is cancelled or the process is told to end; what has begun is answered first.
  ///
  /// - Parameter listening: is told the port once requests are taken.
  /// - Throws: where it cannot listen, or the certificate or a key is not good.
  package func run(listening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    let tokens = try await Tokens(key: settings.tokenKey)
    let limiter = RateLimiter(perMinute: settings.loginsPerMinute)
    let router = Router(context: PlatformContext.self, options: .autoGenerateHeadEndpoints)
    var logger = Logger(label: "asvin-platform") { JSONLogHandler(label: $0) }
    logger.logLevel = settings.logsRequests ? .info : .notice
    let connections = ConnectionTable(settings.connections, logger: logger)
    let health = Health(store: store, objects: objects, connections: connections)
    await health.look()
    let metrics = Metrics()
    router.add(middleware: RequestLog(metrics: metrics))
    router.add(middleware: FaultReplies())
    router.add(middleware: MethodCheck(RouteTable.all))
    router.get("metrics") { _, _ in
      let text = metrics.text + connections.metrics + Metrics.queues
      return Reply.bytes(Array(text.utf8), "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("healthz") { _, _ in try health.health() }
    router.get("readyz") { _, _ in try health.readiness() }
    let document = try Reply.json(OpenAPI.document)
    router.get("openapi.json") { _, _ in document }
    DeviceAPI(
      store: store, objects: objects, tokens: tokens,
      fingerprint: try settings.fingerprint ?? settings.certificate.flatMap { try Fingerprint.text(of: $0.chain) },
      limiter: limiter,
      clock: clock
    ).add(to: router)
    RouteTable.add(
      to: router, Platform(store: store, objects: objects, tokens: tokens, limiter: limiter, clock: clock))
    var application = Application(
      router: router, server: try server(connections),
      configuration: .init(
        address: .hostname(settings.host, port: settings.port),
        availableConnectionsDelegate: ConnectionCap(table: connections)),
      onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: logger)
    application.addServices(
      Scheduler(store: store, clock: clock, logger: logger),
      UploadCleaning(store: store, objects: objects, clock: clock, logger: logger),
      Watchdog(health: health, store: store, logger: logger, end: settings.onSilence))
    let group = ServiceGroup(
      configuration: .init(
        services: [Ending(application: application, connections: connections)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }

  private func server(_ connections: ConnectionTable) throws -> HTTPServerBuilder {
    guard let certificate = settings.certificate else {
      return HTTPServerBuilder { DeviceChannel(responder: $0, table: connections) }
    }
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chain.utf8))
    let key = try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    let tls = configuration
    return HTTPServerBuilder { try TLSChannel(DeviceChannel(responder: $0, table: connections), tlsConfiguration: tls) }
  }
}

/// The application, with an end that no client can put off.
private struct Ending<App: ApplicationProtocol>: Service {
  let application: App
  let connections: ConnectionTable

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await application.run()
    } onGracefulShutdown: { [connections] in
      connections.end()
    }
  }
}
