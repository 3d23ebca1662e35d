package import AsvinPlatform
import AsvinHost
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOPosix
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The HTTP server of the platform.
package struct PlatformServer: Sendable {
  /// The configuration of the server.
  package struct Settings: Sendable {
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port; 0 for any free port.
    package var port = 8080
    /// The certificate in PEM, followed by its intermediate certificates, and its key. Without them, the server uses plain
    /// HTTP.
    package var certificate: (chain: String, key: String)?
    /// The key with which tokens are signed: RSA of 2048 bits in PEM.
    package var tokenKey: String
    /// The SHA-1 fingerprint of a proxy's certificate, if devices connect through a proxy: 20 bytes in hexadecimal.
    package var fingerprint: String?
    /// Logins a minute from one address with one device key.
    package var loginsPerMinute = 600
    /// Called when the store has not answered for half a minute. The process ends, so that its supervisor restarts it.
    package var onSilence: @Sendable () -> Void = { ThisProcess.end(70) }
    package var connections = ConnectionLimits.ofProcess()

    /// Which addresses webhooks may have.
    var webhooks = WebhookClient.Permissions()
    /// Days for which entries of the audit log are kept; `nil` for ever.
    package var auditDays: Int?
    /// Whether every request is logged, and not only problems.
    package var logsRequests = false

    package init(tokenKey: String) { self.tokenKey = tokenKey }

    /// Allows webhooks over plain HTTP, and to addresses of the server's own network.
    package mutating func allowWebhooks(plain: Bool, privateAddresses: Bool) {
      webhooks = WebhookClient.Permissions(plain: plain, privateAddresses: privateAddresses)
    }
  }

  private let settings: Settings
  private let store: any PlatformStore
  private let objects: any ObjectStore
  private let clock: @Sendable () -> Instant

  package init(
    _ settings: Settings, store: any PlatformStore, objects: any ObjectStore, clock: @escaping @Sendable () -> Instant
  ) {
    self.settings = settings
    self.store = store.audited
    self.objects = objects
    self.clock = clock
  }

  /// Serves until the task is cancelled or the process receives a signal to stop. Requests in progress are answered first.
  ///
  /// - Parameter listening: called with the port when the server accepts requests.
  /// - Throws: an error if the server cannot listen, or the certificate or a key is not valid.
  package func run(listening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    let tokens = try await Tokens(key: settings.tokenKey)
    let limiter = RateLimiter(perMinute: settings.loginsPerMinute)
    let router = Router(context: PlatformContext.self, options: .autoGenerateHeadEndpoints)
    var logger = Logger(label: "asvin-platform") { JSONLogHandler(label: $0) }
    logger.logLevel = settings.logsRequests ? .info : .notice
    let connections = ConnectionTable(settings.connections, logger: logger)
    let health = Health(store: store, objects: objects, connections: connections)
    await health.check()
    let metrics = Metrics()
    router.add(middleware: RequestLog(metrics: metrics))
    router.add(middleware: FaultReplies())
    router.add(middleware: MethodCheck(RouteTable.all))
    // Deliveries have a thread of their own.
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { threads.shutdownGracefully { _ in } }
    let webhooks = WebhookClient(settings.webhooks, group: threads)
    let delivery = WebhookDelivery(store: store, client: webhooks, clock: clock, logger: logger)
    router.get("metrics") { _, _ in
      let text = metrics.text + connections.metrics + Metrics.queues + delivery.metrics
      return Reply.bytes(Array(text.utf8), "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("healthz") { _, _ in try health.health() }
    router.get("readyz") { _, _ in try health.readiness() }
    let document = try Reply.json(OpenAPI.document)
    router.get("openapi.json") { _, _ in document }
    AsvinClientsAPI(
      store: store, objects: objects, tokens: tokens,
      fingerprint: try settings.fingerprint ?? settings.certificate.flatMap { try Fingerprint.text(of: $0.chain) },
      limiter: limiter,
      clock: clock
    ).add(to: router)
    RouteTable.add(
      to: router,
      Platform(
        store: store, objects: objects, tokens: tokens, limiter: limiter, webhookClient: webhooks, delivery: delivery,
        clock: clock))
    var application = Application(
      router: router, server: try server(connections),
      configuration: .init(
        address: .hostname(settings.host, port: settings.port),
        availableConnectionsDelegate: ConnectionCap(table: connections)),
      onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: logger)
    application.addServices(
      Scheduler(store: store, clock: clock, logger: logger),
      UploadCleaning(store: store, objects: objects, clock: clock, logger: logger),
      delivery,
      LateRollouts(store: store, clock: clock, logger: logger),
      AuditKeeping(store: store, tokens: tokens, clock: clock, logger: logger, days: settings.auditDays),
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

/// A service that ends the application even if a client does not read its reply.
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
