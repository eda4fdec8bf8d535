//! A key of a JSON object → which field it may fill, and how good a candidate it is.

use crate::parse::http_status::{self, Naming};

/// Which field a key may fill, and how good a candidate it is; smaller is better.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Timestamp(u8),
    /// Nanoseconds whatever the number of digits; a second part of `epochSecond`.
    Nanos,
    Level(u8, Ladder),
    Source(u8),
    Message(u8),
    Ip(u8),
    User(u8),
    Http(Naming),
}

/// How to read a number under a level key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ladder {
    Usual,
    Syslog,
    Otel,
    Python,
}

/// The longest key that is looked up.
pub(super) const MAX_KEY: usize = 40;

#[rustfmt::skip]
pub(super) fn role(key: &[u8]) -> Option<Role> {
    use Ladder::{Otel, Python, Syslog, Usual};
    use Role::{Ip, Level, Message, Nanos, Source, Timestamp, User};
    Some(match key {
        b"@timestamp" => Timestamp(0),
        b"timestamp" | b"__realtime_timestamp" | b"timestamp_ns" | b"timeunixnano" | b"time_unix_nano" => Timestamp(1),
        b"time" | b"@t" | b"t" | b"instant.epochsecond" => Timestamp(2),
        b"ts" | b"datetime" | b"date_time" | b"asctime" | b"eventtime" | b"event_time" | b"logtime" | b"log_time" | b"time_local"
        | b"time_iso8601" | b"timestamp_ms" | b"timestampms" | b"unixtime" | b"epoch" | b"event.created" | b"created_at" | b"createdat"
        | b"date" | b"created" | b"eventtimestamp" | b"event_timestamp" | b"_source_realtime_timestamp" | b"systemtime"
        | b"timemillis" | b"started_at" | b"start_time" | b"starttime" | b"msec" | b"observedtimeunixnano"
        | b"edgestarttimestamp" | b"requesttime" | b"request_time_local" => Timestamp(3),
        b"instant.nanoofsecond" => Nanos,
        b"level" | b"severity" | b"log.level" | b"loglevel" | b"log_level" | b"levelname" | b"level_name" | b"@l" | b"severity_text"
        | b"severitytext" => Level(0, Usual),
        b"lvl" | b"s" | b"priority" | b"levelstring" | b"log.syslog.severity.name" | b"error_severity" => Level(1, if key == b"priority" { Syslog } else { Usual }),
        b"severity_number" | b"severitynumber" => Level(2, Otel),
        b"levelno" => Level(2, Python),
        b"syslog_severity" | b"log.syslog.severity.code" => Level(3, Syslog),
        b"logger" | b"log.logger" | b"logger_name" | b"loggername" => Source(0),
        b"name" | b"component" | b"syslog_identifier" | b"source" | b"target" | b"c" | b"sourcecontext" | b"scope_name" | b"eventsource" => Source(1),
        b"service" | b"service.name" | b"service_name" | b"program" | b"app" | b"application" | b"module" | b"process.name"
        | b"caller" | b"category" | b"channel" | b"_comm" | b"appname" | b"app_name" | b"tag" | b"kubernetes.container_name" => Source(2),
        b"message" | b"msg" | b"short_message" | b"@m" => Message(0),
        b"log" | b"body" | b"text" | b"body.stringvalue" | b"textpayload" | b"logmessage" | b"log_message" | b"@mt"
        | b"jsonpayload.message" | b"body.message" => Message(1),
        b"eventname" | b"operationname" | b"resultdescription" | b"errormessage" | b"summary" => Message(3),
        b"event" | b"description" | b"full_message" | b"error" | b"error.message" | b"messagetemplate" | b"renderedmessage" => Message(2),
        b"client_ip" | b"clientip" | b"remote_addr" | b"remoteaddr" | b"remote_ip" | b"client.ip" | b"source.ip" | b"src_ip" | b"srcip"
        | b"sourceipaddress" | b"request.client_ip" => Ip(0),
        b"ip" | b"ip_address" | b"ipaddress" | b"client" | b"remote_host" | b"host.ip" | b"request.remote_ip" => Ip(1),
        b"user" | b"user.name" | b"username" | b"user_name" | b"userid" | b"user_id" | b"remote_user" => User(0),
        b"user.id" | b"uid" | b"login" | b"account" | b"acct" => User(1),
        _ => return http_status::naming(key).map(Role::Http),
    })
}

/// Objects whose members count as if they stood outside.
pub(super) fn is_wrapper(key: &[u8]) -> bool {
    matches!(
        key,
        b"fields"
            | b"@fields"
            | b"attributes"
            | b"log"
            | b"event"
            | b"record"
            | b"data"
            | b"payload"
            | b"jsonpayload"
            | b"protopayload"
            | b"properties"
            | b"context"
            | b"detail"
            | b"details"
            | b"extra"
            | b"meta"
            | b"metadata"
            | b"message"
            | b"msg"
    )
}

/// Objects whose members are named by both keys, however deep they lie.
pub(super) fn is_path(key: &[u8]) -> bool {
    key == b"http"
}

/// Objects whose members are looked at; all others only cost time.
pub(super) fn is_parent(key: &[u8]) -> bool {
    is_wrapper(key)
        || is_path(key)
        || matches!(
            key,
            b"error"
                | b"body"
                | b"service"
                | b"process"
                | b"source"
                | b"client"
                | b"user"
                | b"host"
                | b"request"
                | b"req"
                | b"response"
                | b"res"
                | b"httprequest"
                | b"url"
                | b"instant"
                | b"kubernetes"
                | b"t"
                | b"ts"
                | b"time"
                | b"timestamp"
                | b"@timestamp"
                | b"date"
        )
}
