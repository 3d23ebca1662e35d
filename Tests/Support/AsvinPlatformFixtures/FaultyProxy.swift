import Foundation  // Thread is not in FoundationEssentials
import Glibc
import Synchronization

/// A proxy between a device and the platform that disturbs replies.
package final class FaultyProxy: Sendable {
  /// The disturbance of the platform's replies.
  package enum Harm: Sendable {
    /// Each connection ends after a number of bytes.
    case cut(after: Int)
    /// After a number of bytes, replies are sent byte by byte with a pause.
    case trickle(after: Int, milliseconds: UInt32)
    /// One byte is changed in every piece of a reply that has at least a number of bytes.
    case alter(from: Int)
  }

  package let port: Int
  private let listener: Int32
  private let target: Int
  private let harm: Harm
  private let isEnded = Atomic(false)
  /// How often the proxy has disturbed a reply.
  package var harms: Int { count.load(ordering: .relaxed) }
  private let count = Atomic(0)

  package init(to target: Int, _ harm: Harm) throws {
    (self.target, self.harm) = (target, harm)
    (listener, port) = try Sockets.listen()
    Thread.detachNewThread { self.accept() }
  }

  package func end() {
    isEnded.store(true, ordering: .relaxed)
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func accept() {
    while !isEnded.load(ordering: .relaxed) {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      let server = Sockets.connect(to: target)
      guard server >= 0 else {
        close(client)
        continue
      }
      // The last thread closes both descriptors. Otherwise their numbers could be reused by another connection.
      let left = Left(2)
      for (source, sink, isReply) in [(client, server, false), (server, client, true)] {
        Thread.detachNewThread {
          self.pass(from: source, to: sink, isReply: isReply)
          guard left.isLast() else { return }
          close(client)
          close(server)
        }
      }
    }
  }

  private final class Left: Sendable {
    private let count: Mutex<Int>
    init(_ count: Int) { self.count = Mutex(count) }
    func isLast() -> Bool {
      count.withLock { count in
        count -= 1
        return count == 0
      }
    }
  }

  private func pass(from source: Int32, to sink: Int32, isReply: Bool) {
    var piece = [UInt8](repeating: 0, count: 16_384)
    var passed = 0
    while true {
      var count = unsafe recv(source, &piece, piece.count, 0)
      guard count > 0 else { break }
      var isCut = false
      if isReply {
        switch harm {
        case .cut(let limit) where passed + count >= limit:
          (count, isCut) = (limit - passed, true)
          self.count.add(1, ordering: .relaxed)
        case .alter(let least) where count >= least:
          piece[count - 1] ^= 0x20
          self.count.add(1, ordering: .relaxed)
        default: break
        }
      }
      if isReply, case .trickle(let limit, let milliseconds) = harm, passed + count > limit {
        self.count.add(1, ordering: .relaxed)
        for index in 0..<count {
          usleep(milliseconds * 1000)
          guard unsafe send(sink, [piece[index]], 1, Int32(MSG_NOSIGNAL)) == 1 else { break }
        }
        passed += count
        continue
      }
      guard unsafe send(sink, piece, count, Int32(MSG_NOSIGNAL)) == count else { break }
      passed += count
      if isCut { break }
    }
    shutdown(sink, Int32(SHUT_RDWR))
    shutdown(source, Int32(SHUT_RDWR))
  }
}
