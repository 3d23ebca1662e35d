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
    guard (0...65_535).contains(port) else { throw Failure(.usage, "\(port) is no port", hint: "give 1 to 65535") }
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
    do {
      try await server.run { [host] port in
        print("asvin-platform: listening on \(scheme)://\(host):\(port)")
        flushOutput()
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
}
