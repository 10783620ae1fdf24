extension String {
    /// Text that librdkafka lends; empty where it has none. What it declares as never absent may be absent all the
    /// same, as the group's protocol is while a client is being closed.
    init(lent text: UnsafePointer<CChar>?) {
        self = unsafe text.map { unsafe String(cString: $0) } ?? ""
    }
}
