package import AsvinPlatform
import AsvinHost
import Hummingbird
import HummingbirdCore
import Logging
import NIOPosix
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
    /// Reads the certificate and its key, at the start and again while the server runs. Without it, the server uses plain
    /// HTTP.
    package var certificate: (@Sendable () throws -> CertificatePair)?
    /// The proxies whose `X-Forwarded-For` is believed.
    package var forwarded = ForwardedClients()
    /// The key with which tokens are signed: RSA of 2048 bits in PEM.
    package var tokenKey: String
    /// The SHA-1 fingerprint of a proxy's certificate, if devices connect through a proxy: 20 bytes in hexadecimal.
    package var fingerprint: String?
    /// Logins a minute from one address with one device key.
    package var loginsPerMinute = 600
    package var pacing = Pacing()
    /// Called when the store has not answered for half a minute. The process ends, so that its supervisor restarts it.
    package var onSilence: @Sendable () -> Void = { ThisProcess.end(70) }
    /// Called every second while the store answers.
    package var onProgress: @Sendable () -> Void = {}
    /// Called when the server begins to end.
    package var onStopping: @Sendable () -> Void = {}
    package var connections = ConnectionLimits.ofProcess()
    /// Called with the port, and with the path of the link for the first start, if no workspace has a user.
    package var onFirstStart: @Sendable (Int, String) -> Void = { _, _ in }

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
    let connections = ConnectionTable(settings.connections, forwarded: settings.forwarded, logger: logger)
    let certificates = try settings.certificate.map { try Certificates($0) }
    let health = Health(store: store, objects: objects, connections: connections)
    await health.check()
    let pace = DevicePacer(settings.pacing, store: store)
    let metrics = Metrics()
    let pulse = SchedulerPulse()
    let contacts = ContactKeeping(store: store, logger: logger)
    if settings.forwarded.hasProxies { router.add(middleware: ForwardedAddress(clients: settings.forwarded)) }
    router.add(middleware: RequestLog(metrics: metrics))
    router.add(middleware: FaultReplies())
    router.add(middleware: MethodCheck(RouteTable.all))
    // Deliveries have a thread of their own.
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { threads.shutdownGracefully { _ in } }
    let webhooks = WebhookClient(settings.webhooks, group: threads)
    let delivery = WebhookDelivery(store: store, client: webhooks, clock: clock, logger: logger)
    router.get("metrics") { _, _ in
      let text =
        metrics.text + connections.metrics + Metrics.queues + delivery.metrics + pace.metrics
        + health.metrics + pulse.metrics
      return Reply.bytes(Array(text.utf8), MetricText.mediaType)
    }
    router.get("healthz") { _, _ in try health.health() }
    router.get("readyz") { _, _ in try health.readiness() }
    let document = try Reply.json(OpenAPI.document)
    router.get("openapi.json") { _, _ in document }
    let passwords = PasswordChecks()
    AsvinClientsAPI(
      store: store, objects: objects, tokens: tokens,
      fingerprint: { [fingerprint = settings.fingerprint] in fingerprint ?? certificates?.fingerprint },
      limiter: limiter, pace: pace, accounts: AccountLogins(passwords), clock: clock
    ).add(to: router)
    let platform = Platform(
      store: store, objects: objects, tokens: tokens, limiter: limiter, webhookClient: webhooks, delivery: delivery,
      pace: pace, contacts: contacts, passwords: passwords, clock: clock)
    RouteTable.add(to: router, platform)
    let firstStart = FirstStart(isNeeded: try await !store.hasUsers())
    try ConsolePages(platform, firstStart: firstStart, isTLS: certificates != nil).add(to: router)
    var application = Application(
      router: router, server: Self.server(connections, certificates),
      configuration: .init(
        address: .hostname(settings.host, port: settings.port),
        availableConnectionsDelegate: ConnectionCap(table: connections)),
      onServerRunning: { [settings] channel in
        let port = channel.localAddress?.port ?? 0
        listening(port)
        if let path = firstStart.path { settings.onFirstStart(port, path) }
      }, logger: logger)
    application.addServices(
      Scheduler(store: store, clock: clock, logger: logger, pace: pace, pulse: pulse),
      UploadCleaning(store: store, objects: objects, clock: clock, logger: logger),
      delivery,
      LateRollouts(store: store, clock: clock, logger: logger),
      AuditKeeping(store: store, tokens: tokens, clock: clock, logger: logger, days: settings.auditDays),
      HistoryCleaning(store: store, clock: clock, logger: logger),
      contacts,
      Watchdog(
        health: health, store: store, pace: pace, logger: logger, end: settings.onSilence,
        onProgress: settings.onProgress),
      CertificateReload(certificates: certificates, logger: logger))
    let group = ServiceGroup(
      configuration: .init(
        services: [Ending(application: application, connections: connections, onStopping: settings.onStopping)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }

  private static func server(_ connections: ConnectionTable, _ certificates: Certificates?) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      let channel = DeviceChannel(responder: responder, table: connections)
      guard let certificates else { return channel }
      return SecureChannel(base: channel, certificates: certificates)
    }
  }
}

/// A service that ends the application even if a client does not read its reply.
private struct Ending<App: ApplicationProtocol>: Service {
  let application: App
  let connections: ConnectionTable
  let onStopping: @Sendable () -> Void

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await application.run()
    } onGracefulShutdown: { [connections, onStopping] in
      onStopping()
      connections.end()
    }
  }
}
