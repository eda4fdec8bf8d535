use super::*;

/// (text, offset, line, lines touched) of every piece.
fn pieces(boundary: Boundary, text: &[u8], chunk: usize) -> (Vec<(String, u64, u64, u64)>, u64) {
    let (mut splitter, mut out) = (Splitter::new(boundary, 0, false), Vec::new());
    let mut sink = |p: Piece<'_>| {
        out.push((
            String::from_utf8_lossy(p.bytes).into_owned(),
            p.offset,
            p.line,
            p.n_lines,
        ));
        ControlFlow::Continue(())
    };
    for part in text.chunks(chunk) {
        let _ = splitter.push(part, &mut sink);
    }
    let _ = splitter.finish(&mut sink);
    (out, splitter.n_lines())
}

fn check(boundary: Boundary, text: &str, expected: &[(&str, u64, u64, u64)], n_lines: u64) {
    for chunk in [1, 2, 3, 7, 4096] {
        let (found, lines) = pieces(boundary, text.as_bytes(), chunk);
        let found: Vec<_> = found
            .iter()
            .map(|p| (p.0.as_str(), p.1, p.2, p.3))
            .collect();
        assert_eq!(found, expected, "{text:?} in chunks of {chunk}");
        assert_eq!(lines, n_lines, "{text:?} in chunks of {chunk}");
    }
}

#[test]
fn lines_end_with_lf_or_crlf() {
    check(
        Boundary::Line,
        "a\r\nb\n\nc",
        &[
            ("a", 0, 0, 1),
            ("b", 3, 1, 1),
            ("", 5, 2, 1),
            ("c", 6, 3, 1),
        ],
        4,
    );
    check(Boundary::Line, "x\ry\n", &[("x\ry", 0, 0, 1)], 1);
    check(Boundary::Line, "", &[], 0);
}

#[test]
fn quoted_line_ends_do_not_end_a_csv_record() {
    check(
        Boundary::CsvRecord,
        "a,\"b\nc\"\r\nd,e\n",
        &[("a,\"b\nc\"", 0, 0, 2), ("d,e", 9, 2, 1)],
        3,
    );
    check(
        Boundary::CsvRecord,
        "a,\"say \"\"hi\"\"\"\nb",
        &[("a,\"say \"\"hi\"\"\"", 0, 0, 1), ("b", 15, 1, 1)],
        2,
    );
}

#[test]
fn elements_of_the_outermost_array_are_pieces() {
    check(
        Boundary::JsonElement,
        r#"["a, [b]", "c\"d"]"#,
        &[(r#""a, [b]""#, 1, 0, 1), (r#""c\"d""#, 11, 0, 1)],
        1,
    );
    check(
        Boundary::JsonElement,
        "[\n  {\"a\": [1, 2],\n   \"b\": \"]\"},\n  7 \n]\n",
        &[
            ("{\"a\": [1, 2],\n   \"b\": \"]\"}", 4, 1, 2),
            ("7", 34, 3, 1),
        ],
        5,
    );
    check(
        Boundary::JsonElement,
        "[\"cut off",
        &[("\"cut off", 1, 0, 1)],
        1,
    );
    check(
        Boundary::JsonElement,
        "[[1],[2]]",
        &[("[1]", 1, 0, 1), ("[2]", 5, 0, 1)],
        1,
    );
    check(Boundary::JsonElement, "[]", &[], 1);
}

#[test]
fn elements_of_arrays_within_objects_are_pieces() {
    check(
        Boundary::JsonMember,
        r#"{"Records":[{"a":"]"},{"b":[1]}]}"#,
        &[(r#"{"a":"]"}"#, 12, 0, 1), (r#"{"b":[1]}"#, 22, 0, 1)],
        1,
    );
    // One object on each line; the second has lost its end, and a text that looks like a key is none.
    check(
        Boundary::JsonMember,
        "{\"logs\":[{\"a\":1}],\"k\":\"\\\"logs\\\":[\"}\n{\"logs\" : [ {\"b\":2},{\"c\"\n{\"logs\":[{\"d\":4}]}\n",
        &[
            ("{\"a\":1}", 9, 0, 1),
            ("{\"b\":2}", 48, 1, 1),
            ("{\"c\"", 56, 1, 1),
            ("{\"d\":4}", 70, 2, 1),
        ],
        3,
    );
}

#[test]
fn objects_on_any_number_of_lines_are_pieces() {
    check(
        Boundary::JsonObject,
        "{\n \"a\": \"}\"\n}\n{\"b\": [{}]}\nnoise {\n{\n \"c\": {}\n}",
        &[
            ("{\n \"a\": \"}\"\n}", 0, 0, 3),
            ("{\"b\": [{}]}", 14, 3, 1),
            ("noise {", 26, 4, 1),
            ("{\n \"c\": {}\n}", 34, 5, 3),
        ],
        8,
    );
    // An object without its end does not swallow the next one.
    check(
        Boundary::JsonObject,
        "{\n \"a\": \"x\n{\n \"b\": 1\n}\n",
        &[("{\n \"a\": \"x", 0, 0, 2), ("{\n \"b\": 1\n}", 11, 2, 3)],
        5,
    );
}

#[test]
fn paragraphs_end_at_blank_lines() {
    check(
        Boundary::Paragraph,
        "a=1\nb=2\n\nc=3\r\n\r\nd=4",
        &[("a=1\nb=2", 0, 0, 2), ("c=3", 9, 3, 1), ("d=4", 16, 5, 1)],
        6,
    );
    check(Boundary::Paragraph, "a\n", &[("a", 0, 0, 1)], 1);
}

#[test]
fn a_long_line_is_cut_but_counted_whole() {
    let text = [vec![b'x'; LINE_CAP + 10], b"\nnext\n".to_vec()].concat();
    for chunk in [1000, 1 << 19, usize::MAX] {
        let (mut splitter, mut out) = (Splitter::new(Boundary::Line, 0, false), Vec::new());
        for part in text.chunks(chunk) {
            let _ = splitter.push(part, |p| {
                out.push((p.bytes.len(), p.byte_len, p.offset));
                ControlFlow::Continue(())
            });
        }
        let whole = (LINE_CAP + 10) as u64;
        assert_eq!(out, [(LINE_CAP, whole, 0), (4, 4, whole + 1)]);
    }
}

#[test]
fn a_stray_quote_spoils_its_own_line_only() {
    for n_lines in [500, 3000] {
        let text = format!("a,\"b\n{}e,\"f\ng\"\n", "c,d\n".repeat(n_lines));
        for chunk in [1, 7, 4096] {
            let (found, n_all) = pieces(Boundary::CsvRecord, text.as_bytes(), chunk);
            // In the shorter text the stray quote is closed by the next one.
            let expected = if n_lines == 500 { 2 } else { n_lines + 2 };
            assert_eq!(found.len(), expected, "{n_lines} lines");
            assert_eq!(n_all, n_lines as u64 + 3);
        }
    }
    let text = format!("a,\"b\n{}", "c,d\n".repeat(500));
    for chunk in [1, 7, 4096] {
        let (found, n_all) = pieces(Boundary::CsvRecord, text.as_bytes(), chunk);
        assert_eq!(found.len(), 501);
        assert_eq!(found[1], ("c,d".to_owned(), 5, 1, 1));
        assert_eq!(n_all, 501);
    }
}

#[test]
fn a_stray_quote_before_a_long_text_is_bounded() {
    let text = format!("a,\"b\n{}\nc,d\n", "x".repeat(LINE_CAP + 10));
    let (found, n_all) = pieces(Boundary::CsvRecord, text.as_bytes(), 4096);
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].0, "c,d");
    assert_eq!(n_all, 3);
}
