import AsvinPlatform
import AsvinPlatformAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Sends one request at a time to the receiver of a webhook, on a thread of its own. It reads the status of the reply and
/// nothing else, follows no redirect, and ends after ``PlatformLimit/deliverySeconds``, so that a receiver that is slow or
/// hostile costs one connection for that time.
struct WebhookClient: Sendable {
  /// Which addresses are allowed besides `https` to public addresses.
  struct Permissions: Sendable {
    /// Plain HTTP.
    var plain = false
    /// Addresses of the server's own network.
    var privateAddresses = false
  }

  /// Why an event was not delivered.
  struct Fault: Error, Equatable {
    let text: String
    init(_ text: String) { self.text = text }
  }

  /// The threads that resolve names. The system's resolver blocks.
  private static let names = Workers("names", threads: 2, mostWaiting: 64)

  let permissions: Permissions
  private let group: any EventLoopGroup
  /// The certificates that are trusted; `nil` for those of the system.
  private let authorities: [NIOSSLCertificate]?

  init(_ permissions: Permissions, group: any EventLoopGroup, authorities: [NIOSSLCertificate]? = nil) {
    (self.permissions, self.group, self.authorities) = (permissions, group, authorities)
  }

  /// Refuses an address to which nothing may be sent.
  func check(_ text: String) throws(Fault) -> WebhookAddress {
    guard let address = WebhookAddress(text) else { throw Fault("it is not an address of the form https://HOST/PATH") }
    guard address.isTLS || permissions.plain else {
      throw Fault("http is not allowed: the operator of the server allows it with serve --plain-webhooks")
    }
    return address
  }

  /// Posts a body and waits for the status.
  func post(_ body: [UInt8], to text: String, fields: [(String, String)]) async throws(Fault) {
    let address = try check(text)
    let status: Int
    do {
      // The name is resolved once, and the connection is to the address that was checked.
      let target = try await Self.names.run {
        try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
      }
      guard permissions.privateAddresses || PublicAddress.isPublic(target.ipAddress ?? "") else {
        throw Fault(
          "\(address.host) has an address of a private network: the operator of the server allows it with serve --private-webhooks"
        )
      }
      status = try await exchange(body, address, target, fields)
    } catch let fault as Fault {
      throw fault
    } catch {
      throw Fault("\(address.host) cannot be reached: \(error)")
    }
    guard (200..<300).contains(status) else { throw Fault("the status of the reply is \(status)") }
  }

  private func exchange(
    _ body: [UInt8], _ address: WebhookAddress, _ target: SocketAddress, _ fields: [(String, String)]
  ) async throws -> Int {
    let context = try address.isTLS ? NIOSSLContext(configuration: tls) : nil
    let eventLoop = group.next()
    let status = eventLoop.makePromise(of: Int.self)
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(.seconds(PlatformLimit.deliverySeconds / 2))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let context {
            // A name that is an address has no server name in TLS; the certificate must then name the address.
            let name = address.host.contains(":") || address.host.allSatisfy { $0.isNumber || $0 == "." }
            let handler = try NIOSSLClientHandler(context: context, serverHostname: name ? nil : address.host)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(StatusReader(status))
        }
      }
    let channel: any Channel
    do {
      channel = try await bootstrap.connect(to: target).get()
    } catch {
      status.fail(error)
      _ = try? await status.futureResult.get()  // the error is thrown below
      throw error
    }
    let deadline = channel.eventLoop.scheduleTask(in: .seconds(PlatformLimit.deliverySeconds)) {
      channel.pipeline.fireErrorCaught(Fault("no reply came within \(PlatformLimit.deliverySeconds) seconds"))
    }
    defer { deadline.cancel() }
    var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: address.target)
    head.headers.add(name: "Host", value: address.authority)
    head.headers.add(name: "Content-Type", value: "application/json")
    head.headers.add(name: "Content-Length", value: "\(body.count)")
    head.headers.add(name: "Connection", value: "close")
    head.headers.add(name: "User-Agent", value: "asvin-platform")
    for (name, value) in fields { head.headers.add(name: name, value: value) }
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    return try await status.futureResult.get()
  }

  private var tls: TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    if let authorities { configuration.trustRoots = .certificates(authorities) }
    return configuration
  }
}

/// Reads the status of a reply, and closes the connection.
private final class StatusReader: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private var status: EventLoopPromise<Int>?

  init(_ status: EventLoopPromise<Int>) { self.status = status }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(let head) = unwrapInboundIn(data), head.status.code >= 200 else { return }
    end(context, .success(Int(head.status.code)))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { end(context, .failure(error)) }

  func channelInactive(context: ChannelHandlerContext) {
    end(context, .failure(WebhookClient.Fault("the receiver closed the connection without a reply")))
  }

  private func end(_ context: ChannelHandlerContext, _ result: Result<Int, any Error>) {
    status?.completeWith(result)
    status = nil
    context.close(promise: nil)
  }
}
