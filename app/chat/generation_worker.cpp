/// app/chat/generation_worker.cpp: jobs of the engine thread: load, generate, preview.
#include "app/chat/generation_worker.h"

#include <QMetaObject>

namespace soliloquy {

/// Passes everything on; a stop that was asked for before generate() had begun, and so was lost to the session, is given to it here.
class GenerationWorker::StoppingSink final : public GenerationSink {
  public:
    explicit StoppingSink(GenerationWorker& worker) : worker_(worker) {}
    void on_prompt(const PromptProgress& progress) override {
        stop_if_asked();
        worker_.deltas_.on_prompt(progress);
    }
    void on_token(const TokenEvent& token) override {
        stop_if_asked();
        worker_.deltas_.on_token(token);
    }
    void on_text(const TextEvent& text) override { worker_.deltas_.on_text(text); }
    void on_thought_closed(uint32_t token_index) override { worker_.deltas_.on_thought_closed(token_index); }

  private:
    void stop_if_asked() {
        if (worker_.stop_) worker_.session_->stop();
    }
    GenerationWorker& worker_;
};

GenerationWorker::GenerationWorker(EngineOpener opener, const Clock& clock, QObject* receiver, Handlers handlers)
    : opener_(std::move(opener)), deltas_(clock), receiver_(receiver), handlers_(std::move(handlers)), thread_([this] { run(); }) {}

GenerationWorker::~GenerationWorker() { shut_down(); }

void GenerationWorker::shut_down() {
    if (!thread_.joinable()) return;
    ending_ = true;
    stop();
    enqueue([] {});
    thread_.join();
}

void GenerationWorker::run() {
    while (!ending_) {
        std::function<void()> job;
        {
            std::unique_lock lock(jobs_mutex_);
            jobs_changed_.wait(lock, [this] { return !jobs_.empty(); });
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        job();
    }
}

void GenerationWorker::enqueue(std::function<void()> job) {
    {
        const std::lock_guard lock(jobs_mutex_);
        jobs_.push_back(std::move(job));
    }
    jobs_changed_.notify_one();
}

void GenerationWorker::post(std::function<void()> handler) {
    if (ending_) return;
    QMetaObject::invokeMethod(receiver_, std::move(handler), Qt::QueuedConnection);
}

void GenerationWorker::set_model(const std::filesystem::path& file, const LoadOptions& options) {
    enqueue([this, file, options] {
        file_ = file;
        options_ = options;
        close();
    });
}

void GenerationWorker::close() {
    const std::lock_guard lock(session_mutex_);
    session_.reset();
    engine_.reset();
}

Status GenerationWorker::ensure_loaded() {
    if (session_) return Status::success();
    load_fraction_ = 0.0f;
    post([this] { handlers_.load_began(); });
    LoadOptions options = options_;
    options.progress = [this](float fraction) {
        load_fraction_ = fraction;
        return !cancel_load_ && !stop_ && !ending_;
    };
    const auto load_all = [&]() -> Result<std::unique_ptr<Session>> {
        if (file_.empty()) return Error{ErrorCode::not_found, "No model is chosen. Choose one under Models"};
        ASSIGN_OR_RETURN(engine_, opener_(file_, options));
        return engine_->new_session();
    };
    auto session = load_all();
    if (!session.ok()) {
        engine_.reset();
        post([this, error = session.error()] { handlers_.load_ended(error); });
        return session.error();
    }
    {
        const std::lock_guard lock(session_mutex_);
        session_ = std::move(*session);
    }
    post([this, info = engine_->info()] { handlers_.load_ended(info); });
    return Status::success();
}

void GenerationWorker::load() {
    cancel_load_ = false;
    stop_ = false;
    enqueue([this] {
        if (session_)
            post([this, info = engine_->info()] { handlers_.load_ended(info); });
        else
            (void)ensure_loaded();
    });
}

GenerationEnd GenerationWorker::run_generation(const GenerateRequest& request, bool ends_in_thought) {
    GenerationEnd end;
    if (stop_) {
        end.result.finish = FinishReason::stopped;
        return end;
    }
    if (const Status loaded = ensure_loaded(); !loaded.ok()) {
        end.error = loaded.error();
        if (loaded.error().code == ErrorCode::cancelled) {
            end.error.reset();
            end.result.finish = FinishReason::stopped;
        }
        return end;
    }
    const auto preview = session_->preview(request);
    if (!preview.ok()) {
        end.error = preview.error();
        return end;
    }
    const bool in_thought = request.continuation.empty() ? preview->opens_thought : ends_in_thought;
    deltas_.begin(preview->opens_thought, in_thought, static_cast<uint32_t>(request.continuation.size()));
    StoppingSink sink(*this);
    auto result = session_->generate(request, sink);
    if (result.ok()) {
        end.result = *result;
        if (end.result.finish == FinishReason::error && end.result.error.code == ErrorCode::device) close();  // the next turn opens it anew
    } else {
        end.error = result.error();
    }
    return end;
}

void GenerationWorker::generate(const GenerateRequest& request, bool ends_in_thought) {
    cancel_load_ = false;
    stop_ = false;
    enqueue([this, request, ends_in_thought] {
        const GenerationEnd end = run_generation(request, ends_in_thought);
        post([this, end] { handlers_.generation_ended(end); });
    });
}

void GenerationWorker::preview(const GenerateRequest& request, PreviewHandler handler) {
    enqueue([this, request, handler = std::move(handler), serial = ++preview_serial_] {
        if (!session_ || serial != preview_serial_) return;
        auto preview = session_->preview(request);
        post([handler, made = std::move(preview)] { handler(made); });
    });
}

void GenerationWorker::stop() noexcept {
    stop_ = true;
    const std::lock_guard lock(session_mutex_);
    if (session_) session_->stop();
}

void GenerationWorker::close_thought(Boundary boundary) noexcept {
    const std::lock_guard lock(session_mutex_);
    if (session_) session_->close_thought(boundary);
}

}  // namespace soliloquy
