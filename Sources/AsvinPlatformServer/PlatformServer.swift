public import AsvinPlatform
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOSSL

/// The platform, over HTTP.
public struct PlatformServer: Sendable {
  /// How it is reached, and what it tells.
  public struct Settings: Sendable {
    /// The address that it listens on.
    public var host = "127.0.0.1"
    /// Its port; 0 for any that is free.
    public var port = 8080
    /// A certificate, PEM, with those that lead to its authority behind it, and its key; without them it is plain HTTP.
    public var certificate: (chain: String, key: String)?
    /// The key that tokens are signed with: RSA of 2048 bits, PEM.
    public var tokenKey: String
    /// How often one address may log in with one device key in a minute.
    public var loginsPerMinute = 600

    /// Whether the log has a line for every request, or only for what is wrong.
    public var logsRequests = false

    /// Settings, with what has no default.
    public init(tokenKey: String) { self.tokenKey = tokenKey }
  }

  private let settings: Settings
  private let store: any PlatformStore
  private let objects: any ObjectStore
  private let clock: @Sendable () -> Instant

  /// A server over what is stored.
  public init(
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
  public func run(listening: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    let tokens = try await Tokens(key: settings.tokenKey)
    let limiter = RateLimiter(perMinute: settings.loginsPerMinute)
    let router = Router(context: PlatformContext.self, options: .autoGenerateHeadEndpoints)
    let metrics = Metrics()
    router.add(middleware: RequestLog(metrics: metrics))
    router.add(middleware: MethodCheck(RouteTable.all))
    router.get("metrics") { _, _ in
      Reply.bytes(Array(metrics.text.utf8), "text/plain; version=0.0.4; charset=utf-8")
    }
    router.get("healthz") { _, _ in try Reply.json(["status": "ok"]) }
    let document = try Reply.json(OpenAPI.document)
    router.get("openapi.json") { _, _ in document }
    DeviceAPI(
      store: store, objects: objects, tokens: tokens,
      fingerprint: try settings.certificate.flatMap { try Fingerprint.text(of: $0.chain) }, limiter: limiter,
      clock: clock
    ).add(to: router)
    RouteTable.add(
      to: router, Platform(store: store, objects: objects, tokens: tokens, limiter: limiter, clock: clock))
    var logger = Logger(label: "asvin-platform") { JSONLogHandler(label: $0) }
    logger.logLevel = settings.logsRequests ? .info : .notice
    var application = Application(
      router: router, server: try server(),
      configuration: .init(address: .hostname(settings.host, port: settings.port)),
      onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) }, logger: logger)
    application.addServices(Scheduler(store: store, clock: clock, logger: logger))
    try await application.runService()
  }

  private func server() throws -> HTTPServerBuilder {
    guard let certificate = settings.certificate else {
      return HTTPServerBuilder { DeviceChannel(responder: $0) }
    }
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.chain.utf8))
    let key = try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)
    let tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    return HTTPServerBuilder { try TLSChannel(DeviceChannel(responder: $0), tlsConfiguration: tls) }
  }
}
