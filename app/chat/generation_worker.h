/// app/chat/generation_worker.h: the engine thread: owns the loaded model and its session, runs one job after the other.
#pragma once

#include <QObject>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "app/chat/delta_coalescer.h"
#include "engine/engine.h"

namespace soliloquy {

/// How a generation ended; `error` stands for everything that went wrong before the first token, the result's own error for later.
struct GenerationEnd {
    GenerationResult result{};
    std::optional<Error> error{};
};

/// Commands are given on the GUI thread and return at once; the handlers are called there, too.
class GenerationWorker {
  public:
    using EngineOpener = std::function<Result<std::shared_ptr<Engine>>(const std::filesystem::path&, const LoadOptions&)>;
    struct Handlers {
        std::function<void()> load_began{};
        std::function<void(Result<ModelInfo>)> load_ended{};
        std::function<void(const GenerationEnd&)> generation_ended{};
    };
    using PreviewHandler = std::function<void(const Result<PromptPreview>&)>;

    /// `receiver` is where handlers run; when it is gone they are not called any more.
    GenerationWorker(EngineOpener opener, const Clock& clock, QObject* receiver, Handlers handlers);
    ~GenerationWorker();
    /// Stops what runs and joins the thread; what it had produced can still be taken. No handler is called any more.
    void shut_down();
    GenerationWorker(const GenerationWorker&) = delete;
    GenerationWorker& operator=(const GenerationWorker&) = delete;

    void set_model(const std::filesystem::path& file, const LoadOptions& options);  ///< drops another model when its turn comes
    void load();
    /// Loads first when nothing is loaded. `ends_in_thought`: the continuation, if there is one, ends inside its thought.
    void generate(const GenerateRequest& request, bool ends_in_thought);
    /// Answers nothing without a loaded model, or when a newer preview was asked for before its turn came.
    void preview(const GenerateRequest& request, PreviewHandler handler);
    void stop() noexcept;  ///< the generation, and the load it waits for
    void cancel_load() noexcept { cancel_load_ = true; }
    void close_thought(Boundary boundary) noexcept;

    [[nodiscard]] DeltaCoalescer& deltas() noexcept { return deltas_; }
    [[nodiscard]] float load_fraction() const noexcept { return load_fraction_; }

  private:
    class StoppingSink;
    void run();
    void enqueue(std::function<void()> job);
    void post(std::function<void()> handler);
    Status ensure_loaded();
    void close();
    GenerationEnd run_generation(const GenerateRequest& request, bool ends_in_thought);

    const EngineOpener opener_;
    DeltaCoalescer deltas_;
    QObject* const receiver_;
    const Handlers handlers_;

    // engine thread only
    std::filesystem::path file_;
    LoadOptions options_;
    std::shared_ptr<Engine> engine_;

    std::mutex session_mutex_;  // guards the pointer: the GUI thread stops through it
    std::unique_ptr<Session> session_;

    std::atomic<bool> stop_{false}, cancel_load_{false}, ending_{false};
    std::atomic<float> load_fraction_{0.0f};
    std::atomic<uint64_t> preview_serial_{0};

    std::mutex jobs_mutex_;
    std::condition_variable jobs_changed_;
    std::deque<std::function<void()>> jobs_;
    std::thread thread_;  // last: starts when everything else is there
};

}  // namespace soliloquy
