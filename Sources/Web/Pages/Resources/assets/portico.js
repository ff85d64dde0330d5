// Conveniences only: every page works without this file.

// Moves to the error summary, where the browser has not done so by itself.
document.getElementById("problem")?.focus();

// Shows and hides the password. The button appears only here, because only here does it work.
for (const button of document.querySelectorAll("[data-reveal]")) {
    const input = document.getElementById(button.dataset.reveal);
    const status = document.querySelector("[data-reveal-status]");
    const show = (visible) => {
        input.type = visible ? "text" : "password";
        button.textContent = visible ? button.dataset.hideShort : button.dataset.showShort;
        button.setAttribute("aria-label", visible ? button.dataset.hide : button.dataset.show);
    };
    show(false);
    button.hidden = false;
    button.addEventListener("click", () => {
        const visible = input.type === "password";
        show(visible);
        status.textContent = visible ? button.dataset.shown : button.dataset.hidden;
    });
    // A browser stores only what it knows to be a password.
    input.form.addEventListener("submit", () => show(false));
}
