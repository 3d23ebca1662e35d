import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformServer

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run the server until a signal ends it.",
    discussion: """
      SIGTERM ends the server after the requests in progress are answered. SIGHUP reads the certificate and its key again; \
      so does a change of the files, within ten seconds. GET /healthz, /metrics and /openapi.json do not need a token.
      """
  )

  @OptionGroup var folder: DataFolder

  @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The port; 0 for any free port.", valueName: "port"))
  var port = 8080

  @Option(
    help: ArgumentHelp("A PEM certificate and its chain. Without it, the server uses plain HTTP.", valueName: "pem"))
  var certificate: String?

  @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "pem"))
  var certificateKey: String?

  @Option(
    help: ArgumentHelp(
      "The PEM certificate of a TLS proxy. GET /fingerprints serves its fingerprint to ESP8266 devices.",
      valueName: "pem"))
  var proxyCertificate: String?

  @Option(
    help: ArgumentHelp("The SHA-1 fingerprint of that certificate, 20 bytes in hexadecimal.", valueName: "hex"))
  var fingerprint: String?

  @Option(
    name: .customLong("proxy"), parsing: .singleValue,
    help: ArgumentHelp(
      "The address of a proxy, or a range such as 10.0.0.0/8. X-Forwarded-For is believed only from there. May be repeated.",
      valueName: "range"))
  var proxies: [String] = []

  @Option(help: ArgumentHelp("Limit of logins per minute, per address and key.", valueName: "number"))
  var loginsPerMinute = 600

  @Option(
    help: ArgumentHelp(
      "Limit of concurrent connections; default: derived from the limit of descriptors.", valueName: "number"))
  var connections: Int?

  @Option(
    help: ArgumentHelp(
      "Limit of concurrent connections per address; default: a quarter of --connections.", valueName: "number"))
  var connectionsPerAddress: Int?

  @Option(
    help: ArgumentHelp(
      "Minimum transfer rate in bytes per second. The server closes slower connections.", valueName: "bytes"))
  var minimumRate = 512

  @Option(
    help: ArgumentHelp(
      "Days for which entries of the audit log are kept; default: for ever. A signed head replaces older entries.",
      valueName: "days"))
  var auditDays: Int?

  @Flag(help: "Allow webhooks over plain HTTP.")
  var plainWebhooks = false

  @Flag(help: "Allow webhooks to addresses of the server's own network.")
  var privateWebhooks = false

  @Option(
    help: ArgumentHelp(
      "Seconds between the polls of a device. Under load, the interval is longer.", valueName: "seconds"))
  var pollInterval = Pacing().interval

  @Option(
    help: ArgumentHelp(
      "Seconds between polls while no rollout of the workspace runs; default: --poll-interval.", valueName: "seconds"))
  var idlePollInterval: Int?

  @Flag(help: "Log every request.")
  var logRequests = false

  func run() async throws {
    guard (0...65_535).contains(port) else {
      throw Failure(.usage, "\(port) is not a port", hint: "give a number from 1 to 65535, or 0 for any free port")
    }
    guard (1...1_000_000_000).contains(loginsPerMinute) else {
      throw Failure(
        .usage, "\(loginsPerMinute) is not a number of logins per minute", hint: "give --logins-per-minute 1 or more")
    }
    try ThisProcess.requireProcessFolder()
    let lock = try folder.lock()
    defer { lock.release() }
    var settings = PlatformServer.Settings(tokenKey: try folder.tokenKey())
    (settings.host, settings.port, settings.loginsPerMinute) = (host, port, loginsPerMinute)
    settings.logsRequests = logRequests
    settings.allowWebhooks(plain: plainWebhooks, privateAddresses: privateWebhooks)
    if let auditDays {
      guard (1...36_500).contains(auditDays) else {
        throw Failure(.usage, "\(auditDays) is not a number of days", hint: "give --audit-days 1 to 36500")
      }
      settings.auditDays = auditDays
    }
    settings.pacing = try pacing()
    settings.connections = try connectionLimits()
    switch (certificate, certificateKey) {
    case (let chain?, let key?):
      settings.certificate = { [folder] in
        CertificatePair(chain: try folder.text(of: chain), key: try folder.text(of: key))
      }
    case (nil, nil): break
    default:
      throw Failure(.usage, "a certificate needs its key", hint: "give both --certificate and --certificate-key")
    }
    settings.fingerprint = try shownFingerprint()
    settings.forwarded = ForwardedClients(proxies: try proxyRanges())
    let manager = ServiceManager(ThisProcess.variables)
    settings.onProgress = { manager?.isAlive() }
    settings.onStopping = { manager?.isStopping() }
    let scheme = certificate == nil ? "http" : "https"
    settings.onFirstStart = { [host] port, path in
      let name = ["0.0.0.0", "::"].contains(host) ? "localhost" : host.contains(":") ? "[\(host)]" : host
      print("asvin-platform: create the first administrator: \(scheme)://\(name):\(port)\(path)")
      try? StandardStreams.flush()  // the server runs whether or not anybody reads the line
    }
    let server = PlatformServer(settings, store: try folder.store(), objects: try folder.objects()) { .now }
    do {
      try await server.run { [host] port in
        print("asvin-platform: listening on \(scheme)://\(host):\(port)")
        // A program that reads the port through a pipe waits for this line.
        manager?.isReady()
        try? StandardStreams.flush()  // the server runs whether or not anybody reads the line
      }
    } catch {
      let text = "\(error)"
      if text.contains("errno: ") || text.contains("UnknownHost") {
        throw Failure(
          .failed, "cannot listen on \(host):\(port): \(text.contains("errno: 98") ? "the port is in use" : text)",
          hint: "choose another address with --host and --port")
      }
      if text.contains("failedToLoad") {
        throw Failure(.rejected, "the certificate or its key cannot be read", hint: "give both as files in PEM")
      }
      throw error
    }
  }

  /// The fingerprint of the certificate that devices see, if a proxy presents it.
  private func shownFingerprint() throws -> String? {
    switch (proxyCertificate, fingerprint) {
    case (nil, nil): return nil
    case (let path?, nil):
      let chain = try folder.text(of: path)
      guard let text = try? Fingerprint.text(of: chain) else {  // for any cause, the file is not a certificate
        throw Failure(
          .rejected, "'\(path)' does not contain a certificate", hint: "give the file in PEM that the proxy serves")
      }
      return text
    case (nil, let written?):
      guard let text = Fingerprint.text(reading: written) else {
        throw Failure(
          .usage, "'\(written)' is not a fingerprint",
          hint: "give 40 hexadecimal digits, as: openssl x509 -noout -fingerprint -sha1 -in proxy.pem")
      }
      return text
    case (_?, _?):
      throw Failure(.usage, "--proxy-certificate and --fingerprint exclude each other", hint: "give one of them")
    }
  }

  private func pacing() throws -> Pacing {
    for (option, seconds) in [
      ("--poll-interval", pollInterval), ("--idle-poll-interval", idlePollInterval ?? pollInterval),
    ]
    where !PlatformLimit.pollSeconds.contains(seconds) {
      let range = PlatformLimit.pollSeconds
      throw Failure(
        .usage, "\(option) is \(seconds)", hint: "give a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return Pacing(interval: pollInterval, idleInterval: idlePollInterval)
  }

  private func proxyRanges() throws -> [NetworkRange] {
    try proxies.map { text in
      guard let range = NetworkRange(text) else {
        throw Failure(
          .usage, "'\(text)' is not an address or a range of addresses",
          hint: "write it as 10.0.0.0/8, ::1 or 192.0.2.7")
      }
      return range
    }
  }

  private func connectionLimits() throws -> ConnectionLimits {
    var limits = ConnectionLimits.ofProcess()
    for (option, number) in [
      ("--connections", connections ?? 1), ("--connections-per-address", connectionsPerAddress ?? 1),
      ("--minimum-rate", minimumRate),
    ] where !(1...1_000_000_000).contains(number) {
      throw Failure(.usage, "\(option) is \(number)", hint: "give a number of at least 1")
    }
    if let connections {
      guard connections <= limits.total else {
        throw Failure(
          .usage, "\(connections) connections need more file descriptors than this process may open",
          hint: "give at most \(limits.total), or raise the limit with ulimit -n or LimitNOFILE=")
      }
      limits.total = connections
      limits.perAddress = min(limits.perAddress, connections)
    }
    if let connectionsPerAddress { limits.perAddress = min(connectionsPerAddress, limits.total) }
    limits.minimumRate = minimumRate
    return limits
  }
}
