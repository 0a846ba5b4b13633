/// engine/chat/span_writer.cpp: turns bytes that know their channel into spans of whole UTF-8 letters.
#include "engine/chat/span_writer.h"

namespace soliloquy {

void SpanWriter::deliver() {
    if (whole_.empty()) return;
    switch (kind_) {
        case SpanKind::thought:
            sink_->on_text(Channel::thought, whole_, begins_);
            break;
        case SpanKind::note:
            sink_->on_note(whole_, begins_);
            break;
        case SpanKind::answer:
            sink_->on_text(Channel::answer, whole_, begins_);
            break;
        case SpanKind::tool:
            sink_->on_text(Channel::tool, whole_, begins_);
            break;
    }
    begins_ = false;
    whole_.clear();
}

void SpanWriter::flush() {
    utf8_.feed(pending_, whole_);
    pending_.clear();
    deliver();
}

void SpanWriter::finish_letter() {
    utf8_.feed(pending_, whole_);
    pending_.clear();
    utf8_.flush(whole_);
    deliver();
}

void SpanWriter::begin(SpanKind kind) {
    finish_letter();
    kind_ = kind;
    begins_ = true;
    ended_ = false;
}

void SpanWriter::end_span() {
    finish_letter();
    ended_ = true;
}

void SpanWriter::format(std::string_view bytes) {
    if (bytes.empty()) return;
    finish_letter();
    sink_->on_format(bytes);
}

void SpanWriter::thought_closed(ClosedBy closed_by) {
    finish_letter();
    sink_->on_thought_closed(closed_by);
}

}  // namespace soliloquy
