import ArgumentParser
import AsvinPlatform
import AsvinPlatformServer
import AsvinRelease

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

  @Option(help: ArgumentHelp("How often one address may log in with one key in a minute.", valueName: "number"))
  var loginsPerMinute = 600

  @Flag(help: "Write a line to the log for every request.")
  var logRequests = false

  func run() async throws {
    var settings = PlatformServer.Settings(tokenKey: try folder.tokenKey())
    (settings.host, settings.port, settings.loginsPerMinute) = (host, port, loginsPerMinute)
    settings.logsRequests = logRequests
    switch (certificate, certificateKey) {
    case (let chain?, let key?):
      settings.certificate = (try folder.text(of: chain), try folder.text(of: key))
    case (nil, nil): break
    default:
      throw Failure(.usage, "a certificate needs its key", hint: "give both --certificate and --certificate-key")
    }
    let scheme = certificate == nil ? "http" : "https"
    let server = PlatformServer(settings, store: try folder.store(), objects: try folder.objects()) { .now }
    try await server.run { [host] port in
      print("asvin-platform: listening on \(scheme)://\(host):\(port)")
      flushOutput()
    }
  }
}
