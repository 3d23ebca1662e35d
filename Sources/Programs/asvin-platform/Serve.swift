import AsvinHost
import ArgumentParser
import AsvinPlatform
import AsvinPlatformServer

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve until told to end.",
    discussion:
      "SIGTERM ends it when what has begun is answered. GET /healthz, /metrics and /openapi.json need no token.")

  @OptionGroup var folder: DataFolder

  @Option(help: ArgumentHelp("The address to listen on.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The port; 0 for any that is free.", valueName: "port"))
  var port = 8080

  @Option(help: ArgumentHelp("A certificate and its chain, PEM; without it, it is plain HTTP.", valueName: "pem"))
  var certificate: String?

  @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "pem"))
  var certificateKey: String?

  @Option(
    help: ArgumentHelp(
      "The certificate that a TLS proxy in front shows, PEM: GET /fingerprints serves its fingerprint to ESP8266 devices.",
      valueName: "pem"))
  var proxyCertificate: String?

  @Option(
    help: ArgumentHelp("The same as a SHA-1 fingerprint, 20 bytes in hexadecimal.", valueName: "hex"))
  var fingerprint: String?

  @Option(help: ArgumentHelp("How often one address may log in with one key in a minute.", valueName: "number"))
  var loginsPerMinute = 600

  @Option(help: ArgumentHelp("Connections at once; by default what the descriptors allow.", valueName: "number"))
  var connections: Int?

  @Option(
    help: ArgumentHelp("Connections of one address at once; a quarter of all by default.", valueName: "number"))
  var connectionsPerAddress: Int?

  @Option(
    help: ArgumentHelp(
      "Bytes a second below which a client that sends or receives loses its connection.", valueName: "bytes"))
  var minimumRate = 512

  @Flag(help: "Write a line to the log for every request.")
  var logRequests = false

  func run() async throws {
    guard (0...65_535).contains(port) else {
      throw Failure(.usage, "\(port) is not a port", hint: "give a number from 1 to 65535, or 0 for any that is free")
    }
    guard (1...1_000_000_000).contains(loginsPerMinute) else {
      throw Failure(
        .usage, "\(loginsPerMinute) is not a number of logins in a minute", hint: "give --logins-per-minute 1 or more")
    }
    try ThisProcess.requireProcessFolder()
    let lock = try folder.lock()
    defer { lock.release() }
    var settings = PlatformServer.Settings(tokenKey: try folder.tokenKey())
    (settings.host, settings.port, settings.loginsPerMinute) = (host, port, loginsPerMinute)
    settings.logsRequests = logRequests
    settings.connections = try connectionLimits()
    switch (certificate, certificateKey) {
    case (let chain?, let key?):
      settings.certificate = (try folder.text(of: chain), try folder.text(of: key))
    case (nil, nil): break
    default:
      throw Failure(.usage, "a certificate needs its key", hint: "give both --certificate and --certificate-key")
    }
    settings.fingerprint = try shownFingerprint()
    let scheme = certificate == nil ? "http" : "https"
    let server = PlatformServer(settings, store: try folder.store(), objects: try folder.objects()) { .now }
    do {
      try await server.run { [host] port in
        print("asvin-platform: listening on \(scheme)://\(host):\(port)")
        // A program that reads the port through a pipe waits for this line.
        try? StandardStreams.flush()  // the server runs whether or not anybody reads the line
      }
    } catch {
      let text = "\(error)"
      if text.contains("errno: ") || text.contains("UnknownHost") {
        throw Failure(
          .failed, "cannot listen on \(host):\(port): \(text.contains("errno: 98") ? "the port is in use" : text)",
          hint: "choose another with --host and --port")
      }
      if text.contains("failedToLoad") {
        throw Failure(.rejected, "the certificate or its key cannot be read", hint: "both are files in PEM")
      }
      throw error
    }
  }

  /// The fingerprint of the certificate that devices see, where this program does not show it.
  private func shownFingerprint() throws -> String? {
    switch (proxyCertificate, fingerprint) {
    case (nil, nil): return nil
    case (let path?, nil):
      let chain = try folder.text(of: path)
      // Whatever is wrong with it, it is not a certificate.
      guard let text = try? Fingerprint.text(of: chain) else {  // see above
        throw Failure(.rejected, "'\(path)' has no certificate", hint: "give the file in PEM that the proxy serves")
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

  private func connectionLimits() throws -> ConnectionLimits {
    var limits = ConnectionLimits.ofProcess()
    for (option, number) in [
      ("--connections", connections ?? 1), ("--connections-per-address", connectionsPerAddress ?? 1),
      ("--minimum-rate", minimumRate),
    ] where !(1...1_000_000_000).contains(number) {
      throw Failure(.usage, "\(option) is \(number)", hint: "give a number from 1 on")
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
