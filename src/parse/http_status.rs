//! The name of a field → whether the number under it is the status of an HTTP response.
//!
//! `status=401` alone may be anything: an exit code, a state of an order. It is taken for an answer over HTTP where the same record
//! has a field that only requests have.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It names the status of a response.
    Status,
    /// It names one if the record is about a request.
    MaybeStatus,
    /// It names a part of a request.
    Request,
}

/// What a name in lower case says, if it has to do with requests.
#[must_use]
pub fn naming(key: &[u8]) -> Option<Naming> {
    Some(match key {
        b"http.response.status_code"
        | b"http.response.status"
        | b"http.status_code"
        | b"http.statuscode"
        | b"http.status"
        | b"http_status_code"
        | b"http_status"
        | b"httpstatuscode"
        | b"httpstatus"
        | b"http_code"
        | b"status_code"
        | b"statuscode"
        | b"sc-status"
        | b"sc_status"
        | b"response.status_code"
        | b"response.statuscode"
        | b"response.status"
        | b"response_status_code"
        | b"response_status"
        | b"response_code"
        | b"responsestatuscode"
        | b"responsestatus"
        | b"responsecode"
        | b"resp_status"
        | b"res.status_code"
        | b"res.statuscode"
        | b"res.status"
        | b"httprequest.status"
        | b"elb_status_code"
        | b"edgeresponsestatus"
        | b"downstreamstatus" => Naming::Status,
        b"status" | b"code" => Naming::MaybeStatus,
        b"method"
        | b"http_method"
        | b"http.method"
        | b"http.request.method"
        | b"request_method"
        | b"requestmethod"
        | b"request.method"
        | b"req.method"
        | b"cs-method"
        | b"verb"
        | b"uri"
        | b"url"
        | b"path"
        | b"request"
        | b"request_uri"
        | b"requesturi"
        | b"request.uri"
        | b"request.url"
        | b"req.url"
        | b"request_path"
        | b"requestpath"
        | b"request.path"
        | b"url.path"
        | b"http.url"
        | b"http.target"
        | b"user_agent"
        | b"useragent"
        | b"http_user_agent" => Naming::Request,
        _ => return None,
    })
}

/// Statuses and parts of requests among the fields of a record, as they come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Statuses {
    certain: Option<u16>,
    possible: Option<u16>,
    is_request: bool,
}

impl Statuses {
    /// Notes a field; the first of each kind counts.
    pub(super) fn take(&mut self, naming: Naming, value: &[u8]) {
        match naming {
            Naming::Status => self.certain = self.certain.or_else(|| status(value)),
            Naming::MaybeStatus => self.possible = self.possible.or_else(|| status(value)),
            Naming::Request => self.is_request = true,
        }
    }

    /// The status of the response that the record is about.
    pub(super) fn status(&self) -> Option<u16> {
        let possible = self.possible.filter(|_| self.is_request);
        self.certain.or(possible)
    }
}

/// A number of three digits.
#[must_use]
pub fn status(value: &[u8]) -> Option<u16> {
    let is_one = value.len() == 3 && value.iter().all(u8::is_ascii_digit);
    let number = || value.iter().map(|digit| u16::from(digit - b'0'));
    is_one.then(|| number().fold(0, |sum, digit| sum * 10 + digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_one_by_its_name_or_beside_a_request() {
        let check = |fields: &[(&str, &str)], expected: Option<u16>| {
            let mut statuses = Statuses::default();
            for (key, value) in fields {
                if let Some(naming) = naming(key.as_bytes()) {
                    statuses.take(naming, value.as_bytes());
                }
            }
            assert_eq!(statuses.status(), expected, "{fields:?}");
        };
        check(&[("status", "401")], None);
        check(&[("status", "401"), ("method", "GET")], Some(401));
        check(&[("path", "/a"), ("status", "403")], Some(403));
        check(&[("http.response.status_code", "401")], Some(401));
        check(&[("sc-status", "-"), ("status_code", "500")], Some(500));
        check(&[("status", "4011"), ("url", "/")], None);
        check(&[("status", "paid"), ("path", "/")], None);
        check(&[("exit", "401"), ("method", "GET")], None);
    }
}
